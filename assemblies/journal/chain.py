"""Check the journal's chain: nothing missing, nothing altered, no tail cut that the head still knows."""

from collections.abc import Iterator

from assemblies.journal.append import entry_hash
from assemblies.models import JournalEntry, JournalHead
from devmode.chain import find_chain_breaks


def find_breaks() -> Iterator[tuple[int, str]]:
    """Yield (sequence, what is wrong) for each place where the journal does not hold together."""
    entries = JournalEntry.objects.order_by("sequence").iterator()
    return find_chain_breaks(entries, entry_hash, find_head, chain="journal")


def find_head() -> tuple[int, str]:
    """Return the sequence and hash the chain must end with; 0 and "" while it is empty."""
    return JournalHead.objects.values_list("sequence", "hash").filter(id=1).first() or (0, "")
