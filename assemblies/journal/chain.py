"""Check the journal's chain: nothing missing, nothing altered, no cut tail that the head or a watermark still knows."""

from collections.abc import Iterator

from assemblies.journal.append import entry_hash
from assemblies.models import JournalEntry, JournalHead


def find_breaks() -> Iterator[tuple[int, str]]:
    """Yield (sequence, what is wrong) for each place where the journal does not hold together."""
    previous_hash, expected = "", 1
    for entry in JournalEntry.objects.order_by("sequence").iterator():
        if entry.sequence != expected:
            yield expected, "a journal entry is missing"
        elif entry.previous_hash != previous_hash or entry.hash != entry_hash(entry):
            yield entry.sequence, "the journal entry was altered"
        previous_hash, expected = entry.hash, entry.sequence + 1
    head = JournalHead.objects.filter(id=1).first()
    if (head.sequence if head else 0, head.hash if head else "") != (expected - 1, previous_hash):
        yield expected, "the journal's tail was cut"
