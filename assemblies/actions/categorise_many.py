"""Put many assemblies into one category at once; for all of a category, that renames it."""

from collections.abc import Sequence
from dataclasses import replace

from assemblies.actions.actor import Actor
from assemblies.actions.change import Receipt
from assemblies.actions.commit import commit
from assemblies.actions.selection import get_writable, rewriting
from assemblies.audit_events import LibraryEvent
from assemblies.documents import normalise_category
from assemblies.models import Content


def categorise_many(guids: Sequence[str], category: str, *, actor: Actor) -> list[Receipt]:
    """Categorise all or none; what is in the category already stays as it is.

    Raises AssemblyNotFound, InvalidField, Forbidden, DevModeRequired, or a Failure.
    """
    rows = get_writable(guids, actor=actor, event=LibraryEvent.CATEGORISE_MANY)

    def rewrite(content: Content) -> Content:
        return replace(content, category=normalise_category(category, kind=content.kind))

    changes = [rewriting(row, rewrite, actor=actor) for row in rows]
    return commit(changes, actor=actor, event=LibraryEvent.CATEGORISE_MANY, detail={"category": category})
