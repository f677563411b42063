"""Finding entries of the audit: one set of filters for pages, programs and exports."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from devmode.models.audit import ASSEMBLY, AuditEntry

LOOKUPS = {
    "actor": "actor",
    "event": "event",
    "outcome": "outcome",
    "domain": "scope",
    "assembly": "subject_id",
    "dev_mode": "dev_mode",
    "since": "recorded_at__gte",
    "until": "recorded_at__lte",
}
WORDS_IN = ("actor", "event", "subject_id", "remote_address", "detail")
ENTRIES_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class AuditSearch:
    """What to find; what is empty or None asks for nothing. Each of `words` stands anywhere in an entry."""

    actor: str = ""
    event: str = ""
    outcome: str = ""
    domain: str = ""
    assembly: str = ""
    dev_mode: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""

    def entries(self) -> QuerySet[AuditEntry]:
        """Return the entries, newest first."""
        asked = asdict(self)
        wanted = {lookup: asked[name] for name, lookup in LOOKUPS.items() if asked[name] not in ("", None)}
        if self.assembly:
            wanted["subject_kind"] = ASSEMBLY
        found = AuditEntry.objects.filter(**wanted).order_by("-sequence")
        for word in self.words.split():
            found = found.filter(_holds(word))
        return found

    def walk(self) -> Iterator[AuditEntry]:
        """Yield every entry, newest first, in short questions: a slow reader holds no transaction open."""
        part = list(self.entries()[:ENTRIES_AT_ONCE])
        while part:
            yield from part
            part = list(self.entries().filter(sequence__lt=part[-1].sequence)[:ENTRIES_AT_ONCE])


def _holds(word: str) -> Q:
    anywhere = Q()
    for column in WORDS_IN:
        anywhere |= Q(**{f"{column}__icontains": word})
    return anywhere
