"""Compare two revisions: fields one by one, scripts as a unified diff, files by their bytes. Reading only."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal

from assemblies import documents
from assemblies.actions.contents import text_of
from assemblies.documents.common_stretches import Stretch, common_stretches, split_lines
from assemblies.domains import Kind
from assemblies.models import AttachmentFacts, Content
from assemblies.payloads import PayloadStore

FIELDS = (
    "display_name", "summary", "type_name", "category", "version", "timeout_seconds", "variables", "sites", "tags",
    "metadata", "extra", "envelope_extra",
)  # fmt: skip
LINES_AROUND = 3
NO_NEWLINE = "\n\\ No newline at end of file\n"
Opcode = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]


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


def field_changes(before: Content | None, after: Content) -> Iterator[FieldChange]:
    """Yield the fields that differ, without a look at any payload."""
    for name in FIELDS:
        old, new = getattr(before, name, None), getattr(after, name)
        if before is None or not documents.same_value(old, new):
            yield FieldChange(name, old, new)


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
    return text_of(payload)


def unified_diff(before: str, after: str) -> str:
    """Return a unified diff. Lines end at a line feed only, so that a changed carriage return shows."""
    old, new = split_lines(before), split_lines(after)
    groups = [_hunk(list(group), old, new) for group in _Grouping(old, new).get_grouped_opcodes(LINES_AROUND)]
    return "--- before\n+++ after\n" + "".join(groups) if groups else ""


class _Grouping(SequenceMatcher[str]):
    """Groups what differs with the lines around it; it is told the differences and searches for none itself."""

    def __init__(self, old: list[str], new: list[str]) -> None:
        super().__init__()
        self._opcodes = list(_opcodes(old, new))

    def get_opcodes(self) -> list[Opcode]:
        return self._opcodes


def _opcodes(old: list[str], new: list[str]) -> Iterator[Opcode]:
    at = other = 0
    for stretch in [*common_stretches(old, new), Stretch(len(old), len(new), 0)]:
        if (at, other) != (stretch.old, stretch.new):
            yield "replace", at, stretch.old, other, stretch.new
        at, other = stretch.old + stretch.length, stretch.new + stretch.length
        if stretch.length:
            yield "equal", stretch.old, at, stretch.new, other


def _hunk(group: list[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> str:
    (_tag, start, _end, other_start, _other_end), (_tag, _start, end, _other_start, other_end) = group[0], group[-1]
    lines = [f"@@ -{_range(start, end)} +{_range(other_start, other_end)} @@\n"]
    for tag, at, at_end, other, other_at_end in group:
        if tag == "equal":
            lines += [_ended(f" {line}") for line in old[at:at_end]]
        else:
            lines += [_ended(f"-{line}") for line in old[at:at_end]]
            lines += [_ended(f"+{line}") for line in new[other:other_at_end]]
    return "".join(lines)


def _range(start: int, end: int) -> str:
    """Return where a hunk stands: lines count from 1, and an empty range names the line before it."""
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start + bool(length)},{length}"


def _ended(line: str) -> str:
    return line if line.endswith("\n") else line + NO_NEWLINE
