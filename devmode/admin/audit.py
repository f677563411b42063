"""The audit as administrators see it: what was done and what was refused, newest first, with filters to fill in.

Times are in the viewer's zone.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from devmode import audit
from devmode.admin.accounts import ROLE_NAMES
from devmode.admin.audit_export import STYLES, exported
from devmode.admin.fact_names import fact_name, fact_words
from devmode.audit.events import find_meaning
from devmode.audit.search import AuditSearch
from devmode.models import AuditEntry
from devmode.models.audit import Outcome
from devmode.site.read_only import ReadOnlyAdmin

# What was recorded recently is what people look for; the whole audit may be long.
RECENT_ENTRIES = 2000
EVERY_YEAR = [
    MinValueValidator(datetime(1970, 1, 2, tzinfo=UTC)),
    MaxValueValidator(datetime(9000, 1, 1, tzinfo=UTC)),
]


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget, validators=EVERY_YEAR)


def _suggesting(label: Any, max_length: int, words: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"list": words, "autocomplete": "off"})
    return forms.CharField(label=label, max_length=max_length, required=False, widget=widget)


class AuditForm(forms.Form):
    """Every filter is optional; together they narrow the list down."""

    q = forms.CharField(
        label=_("Words"), max_length=200, required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    actor = _suggesting(_("Who"), 150, "audit-actors")
    event = _suggesting(_("What"), 64, "audit-events")
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", _("Any")), *Outcome.choices], required=False)
    domain = _suggesting(_("Domain"), 16, "audit-domains")
    assembly = forms.CharField(label=_("Assembly"), max_length=64, required=False)
    since = _moment(_("From"))
    until = _moment(_("Until"))
    dev_mode = forms.BooleanField(label=_("In Dev Mode only"), required=False)

    def search(self) -> AuditSearch:
        """Return what a valid form asks for."""
        asked = {name: value for name, value in self.cleaned_data.items() if name not in {"q", "dev_mode"}}
        return AuditSearch(**asked, words=self.cleaned_data["q"], dev_mode=self.cleaned_data["dev_mode"] or None)

    @property
    def is_narrowing(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


def suggestions() -> dict[str, list[str]]:
    """Return the names that stand in the newest entries, for people to choose from."""
    recent = list(AuditEntry.objects.order_by("-sequence").values_list("actor", "event", "scope")[:RECENT_ENTRIES])
    columns = zip(*recent, strict=True) if recent else ((), (), ())
    return dict(
        zip(("actors", "events", "domains"), (sorted(set(filter(None, names))) for names in columns), strict=True)
    )


ENTRIES_PER_PAGE = 50
# A GUID or a hash says little in a line.
SHORT_CHARACTERS, SHORT_WORDS = 140, 35


@dataclass(frozen=True)
class Row:
    """An entry as its line shows it."""

    entry: AuditEntry

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [(fact_name(name), fact_words(name, value)) for name, value in self.entry.read_detail().items()]

    @property
    def in_short(self) -> str:
        """The facts that people read; hashes and long lists are there when they are opened."""
        return " · ".join(f"{name}: {words}" for name, words in self.facts if len(words) <= SHORT_WORDS)

    @property
    def event_words(self) -> str:
        """What was done or attempted; the event itself where nobody knows its meaning."""
        meaning = find_meaning(self.entry.event)
        return gettext(meaning) if meaning else self.entry.event

    @property
    def scope_words(self) -> str:
        name = getattr(settings, "DEVMODE_SCOPE_NAMES", {}).get(self.entry.scope)
        return gettext(name) if name else self.entry.scope

    @property
    def role_words(self) -> Any:
        return ROLE_NAMES.get(self.entry.role, self.entry.role)

    @property
    def is_long(self) -> bool:
        return len(self.in_short) > SHORT_CHARACTERS or any(len(words) > SHORT_WORDS for _name, words in self.facts)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """A list that is searched and exported, and a page for each entry with its hashes."""

    fields = (
        "sequence", "recorded_at", "actor", "role_words", "remote_address", "event_words", "outcome", "scope_words",
        "subject_kind", "subject_id", "dev_mode", "detail_text", "previous_hash", "hash", "hash_version",
    )  # fmt: skip

    @admin.display(description=_("role"))
    def role_words(self, entry: AuditEntry) -> Any:
        return Row(entry).role_words

    @admin.display(description=_("event"))
    def event_words(self, entry: AuditEntry) -> str:
        words = Row(entry).event_words
        return words if words == entry.event else f"{words} ({entry.event})"

    @admin.display(description=_("scope"))
    def scope_words(self, entry: AuditEntry) -> str:
        return Row(entry).scope_words

    @admin.display(description=_("detail"))
    def detail_text(self, entry: AuditEntry) -> SafeString:
        return format_html(
            '<pre class="preformatted" tabindex="0">{}</pre>',
            json.dumps(entry.read_detail(), indent=2, ensure_ascii=False),
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.export_view))
        return [path("export/<str:style>/", view, name="devmode_auditentry_export"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._listed(request, self._asked(request), status=200)

    def export_view(self, request: HttpRequest, style: str) -> HttpResponseBase:
        """Send everything the filters find; a filter that cannot be read finds nothing, and is shown."""
        form = self._asked(request)
        if style not in STYLES:
            raise Http404
        return exported(form.search(), style) if form.is_valid() else self._listed(request, form, status=400)

    def _asked(self, request: HttpRequest) -> AuditForm:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return AuditForm(request.GET)

    def _listed(self, request: HttpRequest, form: AuditForm, *, status: int) -> HttpResponse:
        found = form.search().entries() if form.is_valid() else AuditEntry.objects.none()
        page = Paginator(found, ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
        asked = request.GET.copy()
        asked.pop("page", None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Audit"),
            "form": form,
            "page": page,
            "rows": [Row(entry) for entry in page.object_list],
            "query": asked.urlencode(),
            "suggestions": suggestions(),
            "head": dict(zip(("sequence", "hash"), audit.find_head(), strict=True)),
        }
        return render(request, "devmode/audit.html", context, status=status)
