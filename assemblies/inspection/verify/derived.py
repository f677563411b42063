"""The columns of the working copy that follow from content and payload: what is searched, what is flagged."""

from collections.abc import Iterator

from assemblies.actions.contents import derived_columns
from assemblies.errors import Failure
from assemblies.inspection.verify.finding import Finding, differing_columns
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from assemblies.progress import Track

# Texts are long: few of them are held at once.
READ_ROWS = 50


def find_derived_faults(store: PayloadStore, track: Track) -> Iterator[Finding]:
    """Yield each row whose text or flags are not what follows from its content; what is unreadable others report."""
    rows = Assembly.objects.order_by("guid")
    for row in track(rows.iterator(chunk_size=READ_ROWS), "Comparing texts", rows.count()):
        if names := _differing(row, store):
            yield Finding("working_copy", row.guid, f"differs from what its script says in: {names}")


def _differing(row: Assembly, store: PayloadStore) -> str:
    try:
        content = row.read_content()
        expected = derived_columns(content, store.read(content.payload))
    except (Failure, ValueError, KeyError, TypeError, AttributeError):
        return ""
    return differing_columns(row, expected)
