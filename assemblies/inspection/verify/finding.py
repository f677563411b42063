"""What a detector says, and what several of them need to read the journal, which may itself be damaged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from assemblies.domains import Domain
from assemblies.models import Content, JournalEntry
from assemblies.models.columns import AssemblyColumns

BATCH_ROWS = 500


@dataclass(frozen=True)
class Finding:
    """One place where the library is not what it promises to be."""

    kind: str
    subject: str
    detail: str

    def json(self) -> dict[str, str]:
        return {"kind": self.kind, "subject": self.subject, "detail": self.detail}


def find_content(entry: JournalEntry) -> Content | None:
    """Return the content an entry left; None for a deletion, and for an altered entry, which the chain reports."""
    try:
        return entry.read_content()
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def last_sequences(up_to: int, domain: Domain | None = None) -> dict[str, int]:
    """Return, by assembly GUID, its last entry not above `up_to`; with `domain`, among that domain's entries."""
    entries = JournalEntry.objects.filter(sequence__lte=up_to)
    if domain is not None:
        entries = entries.of_domain(domain)
    return dict(entries.values_list("assembly_guid").annotate(Max("sequence")).order_by())


def entries_at(sequences: Iterable[int]) -> dict[int, JournalEntry]:
    return JournalEntry.objects.in_bulk(list(sequences))


def differing_columns(row: AssemblyColumns, expected: Mapping[str, Any]) -> str:
    """Return the names of the columns that differ, or ""."""
    return ", ".join(name for name, value in expected.items() if getattr(row, name) != value)
