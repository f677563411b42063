"""What pages say of other pages and of states: addresses, badges, the tones of pills, text as it stands.

Every text is escaped."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from assemblies.domains import Domain, UpstreamState
from assemblies.models import SyncRecord


def item_address(guid: str) -> str:
    """Return the page of an assembly."""
    return reverse("admin:assemblies_assembly_change", args=[guid])


def official_address() -> str:
    return reverse("admin:assemblies_syncrecord_changelist")


def record_address(record: SyncRecord) -> str:
    return reverse("admin:assemblies_syncrecord_change", args=[record.pk])


def grid_address(state: UpstreamState) -> str:
    """Return the library's list of the official assemblies that stand so to their source."""
    query = urlencode({"domain": Domain.OFFICIAL.value, "upstream_state": state.value})
    return f"{reverse('admin:assemblies_assembly_changelist')}?{query}"


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
