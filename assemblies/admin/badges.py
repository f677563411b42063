"""Badges, the tones of pills, and text as it stands. Every text is escaped."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from assemblies.domains import Domain, UpstreamState

# How good or bad it is to stand so to one's source.
UPSTREAM_TONES = {
    UpstreamState.UP_TO_DATE: "good",
    UpstreamState.DIVERGED: "bad",
    UpstreamState.REMOVED_UPSTREAM: "bad",
}


def source_badge(domain: str) -> SafeString:
    """Return the level of trust as a badge; an unknown one is shown as it stands."""
    label = Domain(domain).label if domain in Domain else domain
    return format_html('<span class="badge badge-{}">{}</span>', domain, label)


def upstream_tone(state: UpstreamState | None) -> str:
    """Return which pill an upstream state is shown as."""
    return UPSTREAM_TONES.get(state, "warning") if state else ""


def preformatted(text: str) -> SafeString:
    return format_html('<pre class="preformatted" tabindex="0">{}</pre>', text)
