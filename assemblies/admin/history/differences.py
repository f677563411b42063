"""What differs between two revisions, ready to be shown: fields, variables, files, and the script or the workflow."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assemblies.admin.history.field_words import FIELD_WORDS, PAYLOAD_WORDS
from assemblies.admin.workflow.picture import PictureBetween, picture_between
from assemblies.diffing.side_by_side import Segment, SideBySide, side_by_side
from assemblies.documents import same_value
from assemblies.domains import Kind
from assemblies.errors import Failure
from assemblies.models import AttachmentFacts, Content
from assemblies.payloads import PayloadStore
from assemblies.revisions.compare import field_changes, file_changes, readable_payload

# Beyond this a payload is no script that people read.
MAX_PAYLOAD_BYTES = 8 * 1024 * 1024
MAX_VARIABLES = 300


@dataclass(frozen=True)
class ValueChange:
    """A value before and after. One line each is shown in a row, more of them as a comparison of their own."""

    label: Any
    comparison: SideBySide

    @property
    def is_short(self) -> bool:
        return len(self.comparison.parts) == 1 and self.comparison.parts[0].count == 1

    @property
    def before(self) -> Sequence[Segment]:
        line = self.comparison.parts[0].rows[0].left
        return line.segments if line else ()

    @property
    def after(self) -> Sequence[Segment]:
        line = self.comparison.parts[0].rows[0].right
        return line.segments if line else ()


@dataclass(frozen=True)
class VariableChange:
    """A variable that came, went, or has another value somewhere."""

    name: str
    kind: str
    values: Sequence[ValueChange]


@dataclass(frozen=True)
class FileDifference:
    """An attachment that came, went or changed, with what is known of it on either side."""

    file_name: str
    before: AttachmentFacts | None
    after: AttachmentFacts | None


@dataclass(frozen=True)
class PayloadChange:
    """The script, or why it cannot be compared. `pictures` are there for workflows alone."""

    title: Any
    is_same: bool = False
    problems: Sequence[str] = ()
    hash_before: str = ""
    hash_after: str = ""
    comparison: SideBySide | None = None
    pictures: PictureBetween | None = None


@dataclass(frozen=True)
class Differences:
    """All of it."""

    fields: Sequence[ValueChange]
    variables: Sequence[VariableChange]
    variables_left_out: int
    variables_moved: bool
    files: Sequence[FileDifference]
    payload: PayloadChange

    @property
    def are_none(self) -> bool:
        rest = (self.fields, self.variables, self.variables_moved, self.files)
        return self.payload.is_same and not any(rest)


def differences_between(before: Content | None, after: Content, store: PayloadStore) -> Differences:
    """Compare two contents; None is an assembly that is not there yet. Never raises for a payload."""
    changes = [change for change in field_changes(before, after) if change.field != "variables"]
    old, new = _by_name(before), _by_name(after)
    variables = list(_variable_changes(old, new))
    shared = [name for name in old if name in new]
    return Differences(
        fields=[
            _value_change(FIELD_WORDS[change.field], change.before, change.after)
            for change in changes
            if before is not None or change.after not in (None, "", [], {})
        ],
        variables=variables[:MAX_VARIABLES],
        variables_left_out=max(len(variables) - MAX_VARIABLES, 0),
        variables_moved=shared != [name for name in new if name in old],
        files=list(_file_differences(before, after)),
        payload=_payload_change(before, after, store),
    )


def _by_name(content: Content | None) -> dict[str, dict[str, Any]]:
    return {str(variable.get("name", "")): variable for variable in content.variables} if content else {}


def _variable_changes(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[VariableChange]:
    for name in {**new, **old}:
        before, after = old.get(name, {}), new.get(name, {})
        keys = [key for key in {**after, **before} if key != "name"]
        values = [
            _value_change(key, before.get(key), after.get(key))
            for key in keys
            if not same_value(before.get(key), after.get(key))
        ]
        if name not in old or name not in new:
            yield VariableChange(name, "removed" if name in old else "added", values)
        elif values:
            yield VariableChange(name, "changed", values)


def _file_differences(before: Content | None, after: Content) -> Iterator[FileDifference]:
    old, new = ({facts.file_name: facts for facts in content.files} if content else {} for content in (before, after))
    for change in file_changes(before, after):
        yield FileDifference(change.file_name, old.get(change.file_name), new.get(change.file_name))


def _value_change(label: Any, before: object, after: object) -> ValueChange:
    old, new = _readable(before), _readable(after)
    if old == new:
        # The number 1 and the text "1", or nothing and an empty text, differ as JSON alone.
        old, new = (f"{json.dumps(value)}\n" for value in (before, after))
    return ValueChange(label, side_by_side(old, new))


def _readable(value: object) -> str:
    """Return a value as lines of text; nothing for a value that is not there."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return f"{value}\n"
    return f"{json.dumps(value, indent=2, ensure_ascii=False)}\n"


def _payload_change(before: Content | None, after: Content, store: PayloadStore) -> PayloadChange:
    title = PAYLOAD_WORDS[after.kind]
    if before is not None and before.payload_sha256 == after.payload_sha256:
        return PayloadChange(title, is_same=True)
    (old, old_problem), (new, new_problem) = _read(before, store), _read(after, store)
    if old is None or new is None:
        problems = [
            _("Before: %s") % old_problem if old_problem else "",
            _("After: %s") % new_problem if new_problem else "",
        ]
        return PayloadChange(
            title,
            problems=[problem for problem in problems if problem],
            hash_before=before.payload_sha256 if before else "",
            hash_after=after.payload_sha256,
        )
    pictures = None
    if Kind.WORKFLOW in (after.kind, before.kind if before else None):
        pictures = picture_between(_graph(before, old), _graph(after, new))
    return PayloadChange(title, comparison=side_by_side(old, new), pictures=pictures)


def _read(content: Content | None, store: PayloadStore) -> tuple[str | None, str]:
    """Return a payload as text, or None and why not."""
    if content is not None and content.payload_size_bytes > MAX_PAYLOAD_BYTES:
        return None, _("It is too large to be compared here.")
    try:
        text = readable_payload(content, store)
    except Failure as failure:
        return None, failure.message
    return text, _("It is binary; what is known of it is its hash.") if text is None else ""


def _graph(content: Content | None, text: str) -> bytes | None:
    return text.encode() if content is not None and content.kind is Kind.WORKFLOW else None
