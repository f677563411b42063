"""Compare two revisions: fields one by one, scripts as a unified diff, files by their bytes. Reading only."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assemblies import documents
from assemblies.actions.contents import text_of
from assemblies.actions.staging import references
from assemblies.domains import Kind
from assemblies.models import AttachmentFacts, Content
from assemblies.payloads import PayloadStore

FIELDS = (
    "display_name", "summary", "type_name", "category", "version", "timeout_seconds", "variables", "sites", "tags",
    "metadata", "extra", "envelope_extra",
)  # fmt: skip
# Above this many changed lines on a side the diff is one block: looking for equal lines takes quadratic time.
MOST_LINES = 3000
NO_NEWLINE = "\n\\ No newline at end of file\n"


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
    return Comparison(list(_field_changes(before, after)), _script(before, after, store), _file_changes(before, after))


def _field_changes(before: Content | None, after: Content) -> Iterator[FieldChange]:
    for name in FIELDS:
        old, new = getattr(before, name, None), getattr(after, name)
        if before is None or not documents.same_value(old, new):
            yield FieldChange(name, old, new)


def _file_changes(before: Content | None, after: Content) -> list[FileChange]:
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
    old, new = _text(before, store), _text(after, store)
    return None if old is None or new is None else unified_diff(old, new)


def _text(content: Content | None, store: PayloadStore) -> str | None:
    """Return a payload as people read it: a graph with a line per value, so that a diff has lines to compare."""
    if content is None:
        return ""
    payload = store.read(references(content)[0])
    if content.kind == Kind.WORKFLOW:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False) + "\n"
    return text_of(payload)


def unified_diff(before: str, after: str) -> str:
    """Return a unified diff. Lines end at a line feed only, so that a changed carriage return shows."""
    old, new = _lines(before), _lines(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    if max(len(old), len(new)) - head - tail > MOST_LINES:
        return "".join(_block(old, new, head, tail))
    lines = difflib.unified_diff(old, new, "before", "after")
    return "".join(_ended(line) for line in lines)


def _lines(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _common(old: list[str], new: list[str]) -> int:
    """Return how many lines are equal from the start."""
    pairs = zip(old, new, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new)))


def _block(old: list[str], new: list[str], head: int, tail: int) -> Iterator[str]:
    """Yield a diff that takes every line between the common ends out and puts the new ones in."""
    gone, come = old[head : len(old) - tail], new[head : len(new) - tail]
    yield "--- before\n+++ after\n"
    yield f"@@ -{head + bool(gone)},{len(gone)} +{head + bool(come)},{len(come)} @@\n"
    yield from (_ended(f"-{line}") for line in gone)
    yield from (_ended(f"+{line}") for line in come)


def _ended(line: str) -> str:
    return line if line.endswith("\n") else line + NO_NEWLINE
