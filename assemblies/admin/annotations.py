"""What people say about assemblies by their GUID: settings, notes, aliases. Their lists, and one page to add each.

The rules are the actions'; the forms only say them at the field."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from assemblies.actions.add_alias import add_alias
from assemblies.actions.add_note import DEFAULT_TYPE, MAX_NOTE_LENGTH, MAX_TYPE_LENGTH, add_note
from assemblies.actions.permit import get_permit
from assemblies.actions.setting_rules import get_setting_permit
from assemblies.actions.settings import remove_setting, set_setting
from assemblies.admin.item.page_header import SAID_ELSEWHERE
from assemblies.admin.links_and_badges import item_address, preformatted
from assemblies.admin.lists import AboutAssemblies
from assemblies.admin.page import refusals_as_pages, render_page
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.documents import readable_json
from assemblies.domains import Domain
from assemblies.errors import Forbidden, InvalidField, LibraryError, SettingNotFound
from assemblies.models import AssemblyAlias, AssemblyNote, AssemblySetting, AssemblySettingHistory, SettingCategory
from assemblies.models.aliases import ALIAS_LENGTH
from assemblies.models.annotations import KEY_LENGTH, SettingColumns
from assemblies.web.actors import actor_of, writable_domains
from assemblies.web.errors import form_status_of
from assemblies.web.lookups import get_entry
from devmode.actor import Actor

CATEGORIES = [(one.value, one.label) for one in SettingCategory if one not in SAID_ELSEWHERE]
Typed = Mapping[str, Any]
# The key of what an assembly has one of.
ONLY_KEYS = {SettingCategory.DEPRECATED: "reason", SettingCategory.REPLACED_BY: "assembly"}


class AnnotationForm(forms.Form):
    """Which assembly it is about."""

    use_required_attribute = False

    assembly = forms.CharField(
        label=gettext_lazy("Assembly"), max_length=ALIAS_LENGTH, help_text=gettext_lazy("Its GUID, or an alias of it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})


class NoteForm(AnnotationForm):
    """A note."""

    content = forms.CharField(
        label=gettext_lazy("Note"), max_length=MAX_NOTE_LENGTH, widget=forms.Textarea({"rows": 5})
    )
    note_type = forms.CharField(
        label=gettext_lazy("Type"), max_length=MAX_TYPE_LENGTH, initial=DEFAULT_TYPE, required=False
    )


class SettingForm(AnnotationForm):
    """A setting. What has one sense only needs no key."""

    category = forms.ChoiceField(label=gettext_lazy("What"), choices=CATEGORIES)
    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=KEY_LENGTH,
        required=False,
        help_text=gettext_lazy("The name of the variable, or what the assembly is approved for."),
    )
    value = forms.CharField(
        label=gettext_lazy("Value"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy(
            "The default, the reason, or the GUID of the assembly to use instead; numbers and JSON as such."
        ),
    )


class AliasForm(AnnotationForm):
    """Another name."""

    alias = forms.CharField(
        label=gettext_lazy("Alias"),
        max_length=ALIAS_LENGTH,
        help_text=gettext_lazy("Letter case does not matter. Queries find the assembly by it from then on."),
    )


@dataclass(frozen=True)
class Annotation:
    """A kind of thing that is said about assemblies, and the action that says it."""

    title: Any
    form: type[AnnotationForm]
    write: Callable[[Actor, CatalogueEntry, Typed], object]


def _note(actor: Actor, entry: CatalogueEntry, typed: Typed) -> object:
    permit = get_permit(actor, LibraryEvent.ADD_NOTE, Domain(entry.domain), guid=entry.guid)
    return add_note(entry.guid, typed["content"], permit=permit, note_type=typed["note_type"] or DEFAULT_TYPE)


def _setting(actor: Actor, entry: CatalogueEntry, typed: Typed) -> object:
    category = SettingCategory(typed["category"])
    key = typed["key"] or ONLY_KEYS.get(category, "")
    domain = Domain(entry.domain)
    permit = get_setting_permit(actor, LibraryEvent.SET_SETTING, domain, category, key, guid=entry.guid)
    return set_setting(entry.guid, category, key, read_value(typed["value"], category), permit=permit)


def read_value(text: str, category: SettingCategory) -> Any:
    """Return JSON as what it says and everything else as text; nothing typed approves."""
    if not text and category in {SettingCategory.APPROVED, SettingCategory.DEPRECATED}:
        return True
    if category is SettingCategory.REPLACED_BY:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _alias(actor: Actor, entry: CatalogueEntry, typed: Typed) -> object:
    permit = get_permit(actor, LibraryEvent.ADD_ALIAS, Domain(entry.domain), guid=entry.guid)
    return add_alias(entry.guid, typed["alias"], permit=permit)


NOTE = Annotation(gettext_lazy("Add a note"), NoteForm, _note)
SETTING = Annotation(gettext_lazy("Set something on an assembly"), SettingForm, _setting)
ALIAS = Annotation(gettext_lazy("Add an alias"), AliasForm, _alias)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def annotation_page(request: HttpRequest, annotation: Annotation) -> HttpResponseBase:
    """Show the form, and write what was typed; a refusal stands at its field."""
    actor = actor_of(request)
    if not writable_domains(actor):
        raise Forbidden()
    if request.method != "POST":
        return _form_page(request, annotation, annotation.form(initial={"assembly": request.GET.get("assembly", "")}))
    form = annotation.form(request.POST)
    if not form.is_valid():
        return _form_page(request, annotation, form, 422)
    try:
        entry = get_entry(form.cleaned_data["assembly"])
    except LibraryError as error:
        form.add_error("assembly", error.message)
        return _form_page(request, annotation, form, 422)
    try:
        annotation.write(actor, entry, form.cleaned_data)
    except LibraryError as error:
        field = str(error.detail.get("field", ""))
        form.add_error(field if field in form.fields else None, error.message)
        return _form_page(request, annotation, form, form_status_of(error))
    messages.success(request, _("Kept."))
    return HttpResponseRedirect(item_address(entry.guid))


def _form_page(
    request: HttpRequest, annotation: Annotation, form: AnnotationForm, status: int = 200
) -> HttpResponseBase:
    return render_page(request, "library/annotate.html", title=annotation.title, status=status, form=form)


@require_POST
@refusals_as_pages
def setting_remove(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Remove what was set; it stays among the earlier settings."""
    entry, actor, key = get_entry(guid), actor_of(request), request.POST.get("key", "")
    try:
        category = SettingCategory(request.POST.get("category", ""))
        event, domain = LibraryEvent.REMOVE_SETTING, Domain(entry.domain)
        permit = get_setting_permit(actor, event, domain, category, key, guid=entry.guid)
        remove_setting(entry.guid, category, key, permit=permit)
    except (ValueError, SettingNotFound, InvalidField):
        messages.error(request, _("That is not set any more."))
    else:
        messages.success(request, _("Removed. It stays among the earlier settings."))
    return HttpResponseRedirect(item_address(entry.guid))


class Annotations(AboutAssemblies):
    """Rows that writers add on a page of the library's own, and that an action writes."""

    annotation: Annotation

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(writable_domains(actor_of(request)))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        return annotation_page(request, self.annotation)


class SettingPages(AboutAssemblies):
    """Settings with their values as people read JSON."""

    @admin.display(description=gettext_lazy("value"))
    def value_text(self, setting: SettingColumns) -> SafeString:
        return preformatted(readable_json(json.loads(setting.value)).decode())


@admin.register(AssemblySetting)
class AssemblySettingAdmin(Annotations, SettingPages):
    """What is set on assemblies now."""

    annotation = SETTING
    guid_field = "assembly_id"
    list_display = ("category", "key", "about", "status", "updated_at", "updated_by")
    list_filter = ("category", "status")
    search_fields = ("assembly__guid", "key", "updated_by")
    search_help_text = gettext_lazy("An assembly, a key, or who set it.")
    fields = ("about", "category", "key", "value_text", "status", "updated_at", "updated_by")


@admin.register(AssemblySettingHistory)
class AssemblySettingHistoryAdmin(SettingPages):
    """What was set earlier, and why it no longer is."""

    list_display = ("archived_at", "reason", "category", "key", "about", "archived_by")
    list_filter = ("reason", "category", "archived_at")
    search_fields = ("assembly_guid", "key", "archived_by")
    search_help_text = gettext_lazy("An assembly, a key, or who changed it.")
    fields = (
        "about", "category", "key", "value_text", "status", "updated_at", "updated_by", "reason",
        "archived_at", "archived_by",
    )  # fmt: skip


@admin.register(AssemblyNote)
class AssemblyNoteAdmin(Annotations):
    """Notes, newest first."""

    annotation = NOTE
    list_display = ("created_at", "note_type", "__str__", "about", "status", "created_by")
    list_filter = ("note_type", "status", "created_at")
    search_fields = ("assembly_guid", "content", "created_by")
    search_help_text = gettext_lazy("An assembly, words of the note, or who wrote it.")


@admin.register(AssemblyAlias)
class AssemblyAliasAdmin(Annotations):
    """Other names of assemblies."""

    annotation = ALIAS
    guid_field = "canonical_guid"
    list_display = ("alias", "about", "domain", "kind", "registered_at")
    list_filter = ("kind", "domain")
    search_fields = ("alias", "canonical_guid")
    search_help_text = gettext_lazy("A name, or the assembly it stands for.")
