"""What the checks say of the documents of an upload: all of new ones, of changed ones what is new. Bounded."""

from collections.abc import Mapping, Sequence

from assemblies.actions.import_documents import ImportState, Preview
from assemblies.admin.checks import ShownReport
from assemblies.checking import Report, Subject, check_many
from assemblies.conf import payload_store
from assemblies.documents import Document
from assemblies.models import Content
from assemblies.revisions.checks import get_reports

MAX_CHECKED = 50
# One document may be as long as several usual uploads together.
MAX_BYTES = 600_000


def new_checks(documents: Sequence[Document], previews: Sequence[Preview]) -> tuple[Mapping[int, ShownReport], int]:
    """Return what is new by the position of each document that was checked, and how many were too many."""
    wanted = [at for at, found in enumerate(previews) if found.standing is not ImportState.SAME]
    chosen = _fitting(wanted[:MAX_CHECKED], documents)
    reports = check_many([Subject.of_document(documents[at]) for at in chosen])
    contents = {at: content for at in chosen if (content := _before(previews[at]))}
    earlier = get_reports(contents.values(), payload_store())
    said = {at: earlier.get(content.content_hash, Report()) for at, content in contents.items()}
    new = {at: report.new_since(said.get(at, Report())) for at, report in zip(chosen, reports, strict=True)}
    return {at: ShownReport(report) for at, report in new.items()}, len(wanted) - len(chosen)


def _fitting(wanted: Sequence[int], documents: Sequence[Document]) -> list[int]:
    """Return the first documents that are not too long together; one always is."""
    chosen: list[int] = []
    size_bytes = 0
    for at in wanted:
        size_bytes += len(documents[at].payload)
        if chosen and size_bytes > MAX_BYTES:
            break
        chosen.append(at)
    return chosen


def _before(found: Preview) -> Content | None:
    """Return what the assembly says that would be changed."""
    return found.row.read_content() if found.row and found.standing is ImportState.CHANGED else None
