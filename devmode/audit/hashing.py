"""The audit's chain: the hash of an entry, in each spelling that entries were ever hashed in, and where it breaks.

A spelling is kept for ever, with the names that it used: entries are verified in the one they were written in.
"""

from collections.abc import Callable, Iterator
from datetime import UTC

from devmode.chain import chained_hash, find_chain_breaks
from devmode.models.audit import ASSEMBLY, AuditEntry, AuditHead

HASH_VERSION = 2
UNCHANGED = "sequence actor role remote_address event outcome dev_mode detail".split()

Facts = dict[str, object]


def entry_hash(entry: AuditEntry) -> str:
    """Return the hash an entry must carry. Raises ValueError for one that no release wrote."""
    if entry.hash_version not in _SPELLINGS:
        raise ValueError(entry.hash_version)
    facts: Facts = {name: getattr(entry, name) for name in UNCHANGED}
    facts["recorded_at"] = entry.recorded_at.astimezone(UTC).isoformat()
    return chained_hash(entry.previous_hash, facts | _SPELLINGS[entry.hash_version](entry))


def _first(entry: AuditEntry) -> Facts:
    """Version 1 has no kind under its hash, so the column must say what follows from the other."""
    if entry.subject_kind != (ASSEMBLY if entry.subject_id else ""):
        raise ValueError(entry.subject_kind)
    return {"domain": entry.scope, "assembly_guid": entry.subject_id}


def _second(entry: AuditEntry) -> Facts:
    return {
        "scope": entry.scope,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "hash_version": entry.hash_version,
    }


_SPELLINGS: dict[int, Callable[[AuditEntry], Facts]] = {1: _first, HASH_VERSION: _second}


def find_breaks() -> Iterator[tuple[int, str]]:
    """Yield (sequence, what is wrong) for each place where the audit does not hold together."""
    return find_chain_breaks(AuditEntry.objects.order_by("sequence").iterator(), entry_hash, find_head, chain="audit")


def find_head() -> tuple[int, str]:
    """Return the sequence and hash the chain must end with; 0 and "" while it is empty."""
    return AuditHead.objects.values_list("sequence", "hash").filter(id=1).first() or (0, "")
