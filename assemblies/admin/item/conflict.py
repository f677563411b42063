"""Two people changed one assembly: what each of them made of it, so that one may choose, field by field.

Nothing typed is lost: the form comes back with it, over the newest revision, and saves over it when sent again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assemblies import documents
from assemblies.admin.history.field_words import FIELD_WORDS
from assemblies.admin.item.editing import Changes, Revision
from assemblies.admin.item.form import payload_as_text
from assemblies.admin.item.typed_values import shown_value
from assemblies.catalogue import CatalogueEntry
from assemblies.diffing.side_by_side import SideBySide, side_by_side
from assemblies.diffing.three_way import Merge
from assemblies.domains import Kind
from assemblies.models import Content
from assemblies.models.content import parse_time
from assemblies.revisions.compare import COMPARED, compared_value


@dataclass(frozen=True)
class FieldConflict:
    """One field in three versions, as text. `choice` says that both changed it."""

    name: str
    label: Any
    base: str
    theirs: str
    yours: str
    by_them: bool
    by_you: bool

    @property
    def is_choice(self) -> bool:
        return self.by_them and self.by_you


@dataclass(frozen=True)
class Conflict:
    """Who saved when, and what stands against what. `script` compares theirs with yours when you changed yours.

    `merge` is both changes of the script together, `typed` your text that went into it, `base` what it was typed upon.
    """

    base: int
    revision: int
    actor: str
    at: datetime
    fields: list[FieldConflict]
    script: SideBySide | None
    script_by_them: bool
    script_by_you: bool
    merge: Merge | None
    typed: str | None


def conflict_of(
    entry: CatalogueEntry, base: Revision, newest: Revision, yours: Changes, merge: Merge | None = None
) -> Conflict:
    fields = [_field(name, base.content, newest.content, yours) for name in COMPARED]
    by_them = base.content.payload_sha256 != newest.content.payload_sha256
    return Conflict(
        base=base.number,
        revision=entry.revision,
        actor=entry.content.updated_by,
        at=parse_time(entry.content.updated_at),
        fields=[field for field in fields if field.by_them or field.by_you],
        script=_script(base, newest, yours) if by_them or yours.payload is not None else None,
        script_by_them=by_them,
        script_by_you=yours.payload is not None,
        merge=merge,
        typed=payload_as_text(base.content.kind, yours.payload) if merge else None,
    )


def _field(name: str, base: Content, newest: Content, yours: Changes) -> FieldConflict:
    before, theirs = compared_value(base, name), compared_value(newest, name)
    mine = yours.fields.get(name, before)
    return FieldConflict(
        name=name,
        label=FIELD_WORDS[name],
        base=_words(before),
        theirs=_words(theirs),
        yours=_words(mine),
        by_them=not documents.same_value(before, theirs),
        by_you=not documents.same_value(before, mine),
    )


def _script(base: Revision, newest: Revision, yours: Changes) -> SideBySide | None:
    """Compare theirs with yours; where you changed nothing, what was with theirs."""
    if yours.payload is None:
        return _compared(base.payload, base.content.kind, newest.payload, newest.content.kind)
    return _compared(newest.payload, newest.content.kind, yours.payload, base.content.kind)


def _compared(before: bytes | None, before_kind: Kind, after: bytes | None, after_kind: Kind) -> SideBySide | None:
    old, new = payload_as_text(before_kind, before), payload_as_text(after_kind, after)
    return None if old is None or new is None else side_by_side(old, new)


def _words(value: Any) -> str:
    if isinstance(value, list | dict):
        return documents.readable_json(value).decode().strip()
    return shown_value(value)
