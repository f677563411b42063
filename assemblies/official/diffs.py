"""How the documents of a plan differ from the stored rows, for people who look first. Bounded; reads only."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from assemblies import documents
from assemblies.checking import Report, Subject, check_many
from assemblies.diffing.unified import unified_diff
from assemblies.documents import Document, decode_text
from assemblies.errors import Failure
from assemblies.models import Assembly
from assemblies.official.plan import SyncPlan
from assemblies.official.source import SourceDocument
from assemblies.payloads import PayloadStore
from assemblies.revisions.checks import get_reports
from assemblies.revisions.document import document_of

MAX_DOCUMENTS = 50
MAX_LINES = 200


@dataclass(frozen=True)
class DocumentDiff:
    """A unified diff of one document, fields first and script last; cut where it is long.

    `checks` is what the checks say of the published document and not of the stored one.
    """

    guid: str
    path: str
    text: str
    checks: Report = field(default_factory=Report)

    def json(self) -> dict[str, Any]:
        found = {f"new_{name}": said for name, said in self.checks.json().items() if said}
        return {"assembly_guid": self.guid, "path": self.path, "diff": self.text} | found


def diffs_of(plan: SyncPlan, store: PayloadStore) -> list[DocumentDiff]:
    """Return the diffs of the first changed, removed and added documents."""
    diffs = list(islice(_diffs(plan, store), MAX_DOCUMENTS))
    checks = _new_checks(plan, {diff.guid for diff in diffs}, store)
    return [replace(diff, checks=checks.get(diff.guid, diff.checks)) for diff in diffs]


def _new_checks(plan: SyncPlan, guids: Collection[str], store: PayloadStore) -> Mapping[str, Report]:
    """Return what is new in the published documents of `guids`, all checked in one call."""
    published = [one for one in (*plan.changed, *plan.added) if one.guid in guids]
    rows = _rows(one.guid for one in plan.changed if one.guid in guids)
    contents = {guid: row.read_content() for guid, row in rows.items()}
    earlier = get_reports(contents.values(), store)
    said = {guid: earlier.get(content.content_hash, Report()) for guid, content in contents.items()}
    reports = check_many([Subject.of_document(one.document) for one in published])
    return {
        one.guid: report.new_since(said.get(one.guid, Report())) for one, report in zip(published, reports, strict=True)
    }


def _diffs(plan: SyncPlan, store: PayloadStore) -> Iterator[DocumentDiff]:
    removed = [row.guid for row in plan.removed[:MAX_DOCUMENTS]]
    rows = _rows([*(one.guid for one in plan.changed[:MAX_DOCUMENTS]), *removed])
    for document in plan.changed:
        yield _diff(document.guid, document.path, _stored(rows, document.guid, store), _published(document))
    for row in plan.removed:
        yield _diff(row.guid, row.source_path, _stored(rows, row.guid, store), "")
    for document in plan.added:
        yield _diff(document.guid, document.path, "", _published(document))


def _rows(guids: Iterable[str]) -> Mapping[str, Assembly]:
    return Assembly.objects.without_texts().in_bulk(list(guids))


def _stored(rows: Mapping[str, Assembly], guid: str, store: PayloadStore) -> str:
    try:
        return _readable(document_of(guid, rows[guid].read_content(), store))
    except Failure as failure:
        return f"{failure.message}\n"


def _published(document: SourceDocument) -> str:
    return _readable(document.document)


def _readable(document: Document) -> str:
    """Return a document as text with a line for each thing that may differ; where it was found is none."""
    [(_name, fields), *files] = documents.write_tree(document, "document").items()
    contents = (decode_text(content) or hashlib.sha256(content).hexdigest() for _name, content in files)
    return "\n".join([fields.decode(), *contents])


def _diff(guid: str, path: str, before: str, after: str) -> DocumentDiff:
    lines = unified_diff(before, after).splitlines(keepends=True)
    cut = lines[:MAX_LINES]
    if len(lines) > MAX_LINES:
        cut.append(f"… and {len(lines) - MAX_LINES} more lines\n")
    return DocumentDiff(guid, path, "".join(cut))
