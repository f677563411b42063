"""Two people changed one assembly: what each made of it, field by field, and both changes of its script together.

Nothing typed is lost: the form comes back with it, over the newest revision, and saves over it when sent again. For a
script it carries what was typed (`typed_payload`), the revision that it was typed upon (`merge_base`) and a `clash` for
each place, in order. What was typed into the script after the choices were shown stands, whatever is chosen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from assemblies import documents
from assemblies.admin.history.field_words import FIELD_WORDS
from assemblies.admin.item.editing import Changes, Revision, earlier_or_newest
from assemblies.admin.item.form import payload_as_text
from assemblies.admin.item.typed_values import shown_value
from assemblies.admin.page import sent_number
from assemblies.catalogue import CatalogueEntry
from assemblies.diffing.side_by_side import SideBySide, side_by_side
from assemblies.diffing.three_way import Merge, Pick, merge
from assemblies.documents.payload_text import with_line_feeds
from assemblies.domains import Kind
from assemblies.models import Content
from assemblies.models.content import parse_time
from assemblies.revisions.compare import COMPARED, compared_value

PICKS = {pick.value: pick for pick in Pick}


def merge_of(base: Revision, newest: Revision, yours: Changes) -> Merge | None:
    """Return both changes of a script together; None where not both changed it or there is no text to put together.

    A graph is none: lines of JSON from two sides need not be a graph.
    """
    if yours.payload is None or base.content.payload_sha256 == newest.content.payload_sha256:
        return None
    typed = None if base.content.kind is Kind.WORKFLOW else payload_as_text(base.content.kind, yours.payload)
    return _merged(base, newest, typed)


def with_picks(sent: QueryDict, entry: CatalogueEntry, newest: Revision) -> QueryDict:
    """Return what was sent, the choices of a merge made in its script."""
    number, typed = sent_number(sent, "merge_base"), sent.get("typed_payload")
    picks = [PICKS.get(word, Pick.YOURS) for word in sent.getlist("clash")]
    if number is None or typed is None or not set(picks) - {Pick.YOURS}:
        return sent
    shown = _merged(earlier_or_newest(entry, number), newest, with_line_feeds(typed))
    if shown is None:
        return sent
    chosen = sent.copy()
    chosen["payload"] = merge(shown.text(), shown.text(picks), with_line_feeds(sent.get("payload", ""))).text()
    return chosen


def _merged(base: Revision, newest: Revision, typed: str | None) -> Merge | None:
    before, theirs = (payload_as_text(one.content.kind, one.payload) for one in (base, newest))
    return None if before is None or theirs is None or typed is None else merge(before, theirs, typed)


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
