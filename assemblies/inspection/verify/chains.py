"""The journal's and the audit's chains."""

from collections import Counter
from collections.abc import Iterator

from assemblies.inspection.verify.finding import Finding
from assemblies.journal import chain
from assemblies.models import JournalEntry
from devmode import audit
from devmode.models import AuditEntry


def find_chain_faults(checked: "Counter[str]") -> Iterator[Finding]:
    """Yield each entry that is missing or was altered, and a tail that was cut."""
    for sequence, fault in chain.find_breaks():
        yield Finding("journal", str(sequence), fault)
    for sequence, fault in audit.find_breaks():
        yield Finding("audit", str(sequence), fault)
    checked["journal_entries"] = JournalEntry.objects.count()
    checked["audit_entries"] = AuditEntry.objects.count()


def chain_heads() -> dict[str, str]:
    """Return where each chain ends, as "sequence:hash"."""
    heads = {"journal": chain.find_head(), "audit": audit.find_head()}
    return {name: f"{sequence}:{digest}" for name, (sequence, digest) in heads.items()}
