"""Every component of the pages in every state and both themes, for those who change or check how the pages look."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from assemblies.admin.badges import upstream_tone
from assemblies.admin.page import refusals_as_pages, render_page, require_administrator
from assemblies.domains import Domain, UpstreamState

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
        domains=list(Domain),
        states=[(state.label, upstream_tone(state)) for state in UpstreamState],
    )
