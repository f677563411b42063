"""Compare two revisions: fields one by one, scripts as a unified diff, files by their bytes. Reading only."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assemblies import documents
from assemblies.diffing.unified import unified_diff
from assemblies.documents import RUN_FIELDS, Document, decode_text
from assemblies.domains import Kind
from assemblies.models import AttachmentFacts, Content
from assemblies.payloads import PayloadStore

FIELDS = (
    "display_name", "summary", "type_name", "category", "version", "timeout_seconds", "variables", "sites", "tags",
    "metadata", "extra", "envelope_extra",
)  # fmt: skip
# As people are told of them: what a script needs to run stands by itself, and no more among the further fields.
COMPARED = (*FIELDS[: FIELDS.index("variables")], *RUN_FIELDS, *FIELDS[FIELDS.index("variables") :])


@dataclass(frozen=True)
class FieldChange:
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class FileChange:
    """An attachment that came, went or changed; its SHA-256 before and after, None where there is none."""

    file_name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Comparison:
    """What differs. `script` is a unified diff, empty when the scripts are equal and None when either is no text."""

    fields: list[FieldChange] = field(default_factory=list)
    script: str | None = ""
    files: list[FileChange] = field(default_factory=list)


def compare(before: Content | None, after: Content, *, store: PayloadStore) -> Comparison:
    """Compare two contents; None is an assembly that is not there yet. Raises PayloadMissing, PayloadCorrupt."""
    return Comparison(list(field_changes(before, after)), _script(before, after, store), file_changes(before, after))


def field_changes(before: Content | None, after: Content | Document) -> Iterator[FieldChange]:
    """Yield the fields that differ, without a look at any payload."""
    for name in COMPARED:
        old, new = compared_value(before, name), compared_value(after, name)
        is_news = before is None and (name not in RUN_FIELDS or bool(new))
        if is_news or (before is not None and not documents.same_value(old, new)):
            yield FieldChange(name, old, new)


def compared_value(content: Content | Document | None, name: str) -> Any:
    """Return a field of COMPARED; None of nothing."""
    if content is None:
        return None
    return content.further_fields if name == "extra" else getattr(content, name)


def file_changes(before: Content | None, after: Content) -> list[FileChange]:
    """Return the files that came, went or changed, by their names and hashes alone."""
    old, new = _files_by_name(before), _files_by_name(after)
    changes = [FileChange(name, _sha256(old.get(name)), _sha256(new.get(name))) for name in {**old, **new}]
    return [change for change in changes if change.before != change.after]


def _files_by_name(content: Content | None) -> dict[str, AttachmentFacts]:
    return {facts.file_name: facts for facts in content.files} if content else {}


def _sha256(facts: AttachmentFacts | None) -> str | None:
    return facts.sha256 if facts else None


def _script(before: Content | None, after: Content, store: PayloadStore) -> str | None:
    if before is not None and before.payload_sha256 == after.payload_sha256:
        return ""
    old, new = readable_payload(before, store), readable_payload(after, store)
    return None if old is None or new is None else unified_diff(old, new)


def readable_payload(content: Content | None, store: PayloadStore) -> str | None:
    """Return a stored payload as people read it, "" for None. Raises PayloadMissing, PayloadCorrupt."""
    return "" if content is None else readable(content.kind, store.read(content.payload))


def readable(kind: Kind, payload: bytes) -> str | None:
    """Return a payload as people read it: a graph with a line per value, so that a diff has lines to compare.

    None is a payload that is no text.
    """
    if kind == Kind.WORKFLOW:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False) + "\n"
    return decode_text(payload)
