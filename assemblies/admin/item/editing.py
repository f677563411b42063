"""The whole of what a page lets people type: the form and the rows of variables, and the changes they amount to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import QueryDict

from assemblies import documents
from assemblies.actions.revert import get_revision
from assemblies.admin.item.form import ItemForm
from assemblies.admin.item.variable_rows import MAX_ROWS, BaseVariableRows, VariableRows
from assemblies.catalogue import CatalogueEntry
from assemblies.conf import payload_store
from assemblies.errors import Failure, RevisionNotFound
from assemblies.models import Content


@dataclass(frozen=True)
class Revision:
    """An assembly as it was or is; `payload` is None where its bytes are not available, and `problem` says why."""

    number: int
    content: Content
    payload: bytes | None
    problem: str = ""


@dataclass(frozen=True)
class Changes:
    """Fields by their names in `Content`, and the payload if that changed."""

    fields: dict[str, Any]
    payload: bytes | None = None

    def __bool__(self) -> bool:
        return bool(self.fields) or self.payload is not None

    def is_in(self, revision: Revision) -> bool:
        """Say whether a revision says all this already."""
        content = revision.content
        fields = all(documents.same_value(value, getattr(content, name)) for name, value in self.fields.items())
        return fields and self.payload in {None, revision.payload}

    def without(self, names: set[str]) -> "Changes":
        """Return what is left when the fields of these names stay as they are stored."""
        kept = {name: value for name, value in self.fields.items() if name not in names}
        return Changes(kept, None if "payload" in names else self.payload)


@dataclass(frozen=True)
class Editing:
    """A form on its way to somebody, or back. `base` is what its fields showed, `rows_of` what its rows showed."""

    form: ItemForm
    rows: BaseVariableRows | None
    base: Revision
    rows_of: Revision

    @cached_property
    def changes(self) -> Changes | None:
        """What was changed; None when something is refused, which then shows at its field."""
        if not self.form.is_valid() or not (self.rows is None or not self.rows.is_bound or self.rows.is_valid()):
            return None
        changes = Changes(self.form.changes(), self.form.new_payload())
        variables = self._variables()
        if self.form.errors or variables is None:
            return None
        if documents.same_value(variables, self.base.content.variables):
            return changes
        return replace(changes, fields=changes.fields | {"variables": variables})

    def _variables(self) -> list[dict[str, Any]] | None:
        if self.rows is None or not self.rows.is_bound:
            return self.base.content.variables
        return self.rows.read()


def editing_of(revision: Revision) -> Editing:
    """Return the form to be filled in, showing a revision."""
    return Editing(ItemForm(revision.content, revision.payload), _rows(revision), revision, revision)


def typed_editing(data: QueryDict, base: Revision, rows_of: Revision) -> Editing:
    """Return the form as somebody sent it; rows that were not sent were not changed."""
    has_rows = "variables-TOTAL_FORMS" in data
    rows = _rows(rows_of if has_rows else base, data if has_rows else None)
    return Editing(ItemForm(base.content, base.payload, data), rows, base, rows_of)


def with_another_row(data: QueryDict) -> QueryDict:
    """Return what was sent with room for one more variable, for browsers without script."""
    more = data.copy()
    total = more.get("variables-TOTAL_FORMS", "")
    more["variables-TOTAL_FORMS"] = str(int(total) + 1) if total.isdecimal() and len(total) < 5 else total
    return more


def fill(data: QueryDict, shown: Mapping[str, Any]) -> None:
    """Put what fields show into `data`, as a browser would send it."""
    for name, value in shown.items():
        data.setlist(name, value if isinstance(value, list) else [str(value)])


def merged_editing(typed: Editing, newest: Revision, script: str | None = None) -> Editing:
    """Return the form over the newest revision, with what was typed; fields that nobody touched show the newest.

    `script` is what the script is to be, where it is neither.
    """
    sent: Any = typed.form.data
    merged = sent.copy()
    if script is not None:
        merged["payload"] = script
    form = ItemForm(newest.content, newest.payload)
    for name, shown in form.initial.items():
        if typed.form.touched(name):
            continue
        fill(merged, {name: shown})
    if typed.changes is not None and "variables" not in typed.changes.fields:
        return Editing(ItemForm(newest.content, newest.payload, merged), _rows(newest), newest, newest)
    return typed_editing(merged, newest, typed.rows_of)


def _rows(revision: Revision, data: QueryDict | None = None) -> BaseVariableRows | None:
    if len(revision.content.variables) > MAX_ROWS:
        return None
    rows: Any = VariableRows
    made: BaseVariableRows = rows(revision.content.variables, revision.content.assembly_type, data)
    return made


def newest_of(entry: CatalogueEntry) -> Revision:
    """Return an assembly as it is now."""
    return revision_of(entry.revision, entry.content)


def revision_of(number: int, content: Content) -> Revision:
    """Return a revision; without its payload when that is missing or corrupt, for its other fields can be changed."""
    try:
        return Revision(number, content, payload_store().read(content.payload))
    except Failure as failure:
        return Revision(number, content, None, failure.message)


def earlier_or_newest(entry: CatalogueEntry, number: int) -> Revision:
    """Return the revision of that number; the newest one where the journal has none of it."""
    if number == entry.revision:
        return newest_of(entry)
    try:
        return revision_of(number, get_revision(entry.guid, number)[1])
    except RevisionNotFound:
        return newest_of(entry)
