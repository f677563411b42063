"""Add a note, a setting or an alias: one page for each, reached from its list and from the page of an assembly."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from assemblies.actions.add_alias import add_alias
from assemblies.actions.add_note import DEFAULT_TYPE, add_note
from assemblies.actions.permit import get_permit
from assemblies.actions.setting_rules import get_setting_permit
from assemblies.actions.settings import remove_setting, set_setting
from assemblies.admin.addresses import item_address
from assemblies.admin.annotate.forms import AliasForm, AnnotationForm, NoteForm, SettingForm
from assemblies.admin.page import refusals_as_pages, render_page
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.domains import Domain
from assemblies.errors import Forbidden, InvalidField, LibraryError, SettingNotFound
from assemblies.models import SettingCategory
from assemblies.web.actors import actor_of, writable_domains
from assemblies.web.errors import form_status_of
from assemblies.web.lookups import get_entry
from devmode.actor import Actor

Typed = Mapping[str, Any]
# The key of what an assembly has one of.
ONLY_KEYS = {SettingCategory.DEPRECATED: "reason", SettingCategory.REPLACED_BY: "assembly"}


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
        return _page(request, annotation, annotation.form(initial={"assembly": request.GET.get("assembly", "")}))
    form = annotation.form(request.POST)
    if not form.is_valid():
        return _page(request, annotation, form, 422)
    try:
        entry = get_entry(form.cleaned_data["assembly"])
    except LibraryError as error:
        form.add_error("assembly", error.message)
        return _page(request, annotation, form, 422)
    try:
        annotation.write(actor, entry, form.cleaned_data)
    except LibraryError as error:
        field = str(error.detail.get("field", ""))
        form.add_error(field if field in form.fields else None, error.message)
        return _page(request, annotation, form, form_status_of(error))
    messages.success(request, _("Kept."))
    return HttpResponseRedirect(item_address(entry.guid))


def _page(request: HttpRequest, annotation: Annotation, form: AnnotationForm, status: int = 200) -> HttpResponseBase:
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
