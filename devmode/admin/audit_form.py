"""The filters of the audit page, as people fill them in; times are in the viewer's zone."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from devmode.audit.search import AuditSearch
from devmode.models.audit import AuditEntry, Outcome

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
