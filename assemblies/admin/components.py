"""Every component of the pages in every state and both themes, for those who change or check how the pages look."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from assemblies.admin.links_and_badges import upstream_tone
from assemblies.admin.page import refusals_as_pages, render_page, require_administrator
from assemblies.domains import Domain, UpstreamState

# What a component can be in, by the class or attribute that shows it without a mouse.
STATES: list[tuple[str, str, Any]] = [
    ("", "", _("Normal")),
    ("is-hover", "", _("Under the mouse")),
    ("is-focus", "", _("In focus")),
    ("", 'aria-busy="true"', _("Busy")),
    ("", "disabled", _("Disabled")),
]
BUTTONS: list[tuple[str, Any]] = [
    ("button", _("Save")),
    ("button quiet", _("Export")),
    ("button danger", _("Delete")),
    ("button quiet small", _("Copy")),
]
FIELD_STATES: list[tuple[str, str, Any]] = [
    ("", "", _("Normal")),
    ("is-focus", "", _("In focus")),
    ("", "disabled", _("Disabled")),
    ("", 'aria-invalid="true"', _("Wrong")),
]
THEMES: list[tuple[str, Any]] = [("light", _("Light")), ("dark", _("Dark"))]


@require_safe
@refusals_as_pages
def components_page(request: HttpRequest) -> HttpResponse:
    """Show the components; what they say is made up."""
    require_administrator(request)
    return render_page(
        request,
        "library/components.html",
        title=_("Components"),
        themes=THEMES,
        shown_states=_marked(STATES),
        field_states=_marked(FIELD_STATES),
        buttons=BUTTONS,
        domains=list(Domain),
        states=[(state.label, upstream_tone(state)) for state in UpstreamState],
    )


def _marked(states: list[tuple[str, str, Any]]) -> list[tuple[str, SafeString, Any]]:
    """Return the states for a template that writes their attributes as they are."""
    return [(name, SafeString(attribute), title) for name, attribute, title in states]
