"""How a document differs from the assembly that has its GUID: fields, files, script, and findings of checks.

Reading only, and bounded: what is too much to compare at once is said to be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from assemblies.actions.import_documents import ImportState, Preview
from assemblies.admin.checks import ShownReport
from assemblies.admin.history.field_words import FIELD_WORDS
from assemblies.checking import Report, Subject, check_many
from assemblies.conf import payload_store
from assemblies.diffing.side_by_side import SideBySide, side_by_side
from assemblies.documents import Document, readable_json
from assemblies.errors import Failure
from assemblies.models import Content
from assemblies.revisions.checks import get_reports
from assemblies.revisions.compare import field_changes, readable, readable_payload

MAX_COMPARED = 25
MAX_CHARACTERS = 600_000
MAX_VALUE_LENGTH = 2000


@dataclass(frozen=True)
class FieldRow:
    """A field that differs, as text on both sides."""

    label: Any
    before: str
    after: str


@dataclass(frozen=True)
class DocumentComparison:
    """What differs. `script` is None where the payloads are equal, or cannot be compared for the reason `problem`."""

    fields: list[FieldRow] = field(default_factory=list)
    files: list[FieldRow] = field(default_factory=list)
    script: SideBySide | None = None
    problem: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.files or self.script or self.problem)


class Comparing:
    """Compares one document after the other, as far as there is room on a page."""

    def __init__(self) -> None:
        self.documents_left = MAX_COMPARED
        self.characters_left = MAX_CHARACTERS
        self.left_out = 0

    def compare(self, found: Preview, document: Document) -> DocumentComparison | None:
        """Return the comparison of a document whose GUID is taken by something else than it says.

        None where there is nothing to compare, and once there is no room left: those are counted as `left_out`.
        """
        if found.row is None or found.standing not in {ImportState.CHANGED, ImportState.OTHER_DOMAIN}:
            return None
        if self.documents_left <= 0:
            self.left_out += 1
            return None
        self.documents_left -= 1
        content = found.row.read_content()
        fields, files = list(_fields(content, document)), list(_files(content, document))
        if content.payload_sha256 == document.payload_sha256:
            return DocumentComparison(fields, files)
        script, problem = self._script(content, document)
        return DocumentComparison(fields, files, script, problem)

    def _script(self, content: Content, document: Document) -> tuple[SideBySide | None, str]:
        try:
            before = readable_payload(content, payload_store())
        except Failure as failure:
            return None, failure.message
        after = readable(document.kind, document.payload)
        if before is None or after is None:
            return None, _("The payload is binary and differs.")
        self.characters_left -= len(before) + len(after)
        if self.characters_left < 0:
            return None, _("The scripts differ and are too long to compare here; preview this document alone.")
        return side_by_side(before, after), ""


def _fields(content: Content, document: Document) -> Iterator[FieldRow]:
    for change in field_changes(content, document):
        yield FieldRow(FIELD_WORDS[change.field], _text(change.before), _text(change.after))


def _files(content: Content, document: Document) -> Iterator[FieldRow]:
    before = {file.file_name: file.sha256 for file in content.files}
    after = {file.file_name: file.sha256 for file in document.files}
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield FieldRow(name, before.get(name, ""), after.get(name, ""))


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else readable_json(value).decode()
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}…"


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
