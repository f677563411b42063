"""Badges and pills: a word with a colour. Every text is escaped."""

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from assemblies.catalogue import CatalogueEntry
from assemblies.domains import Domain


def source_badge(domain: str) -> SafeString:
    """Return the level of trust as a badge; an unknown one is shown as it stands."""
    label = Domain(domain).label if domain in Domain else domain
    return format_html('<span class="badge badge-{}">{}</span>', domain, label)


def state_pills(entry: CatalogueEntry | None) -> SafeString:
    """Return whether an assembly was deleted, and whether it still waits for its domain database."""
    states = []
    if entry is not None and entry.deleted_at is not None:
        states.append(("deleted", _("Deleted")))
    if entry is not None and entry.is_dirty:
        states.append(("queued", _("Queued to Write to DB")))
    return format_html_join(" ", '<span class="pill pill-{}">{}</span>', states)


def persisted_words(entry: CatalogueEntry | None) -> str:
    """Return since when the domain database holds the assembly as it is."""
    if entry is None or entry.last_persisted is None:
        return ""
    return _("Written to its database on %s") % date_format(entry.last_persisted, "DATETIME_FORMAT")


def preformatted(text: str) -> SafeString:
    return format_html('<pre class="preformatted" tabindex="0">{}</pre>', text)
