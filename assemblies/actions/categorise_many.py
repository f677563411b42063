"""Put many assemblies into one category at once; for all of a category, that renames it."""

from collections.abc import Sequence
from dataclasses import replace

from assemblies.actions.change import Receipt
from assemblies.actions.commit import commit
from assemblies.actions.permit import Permit
from assemblies.actions.selection import get_selection, rewriting
from assemblies.documents import normalise_category
from assemblies.models import Content


def categorise_many(guids: Sequence[str], category: str, *, permit: Permit) -> list[Receipt]:
    """Categorise all or none; what is in the category already stays as it is.

    Raises AssemblyNotFound, InvalidField, Forbidden, DevModeRequired, or a Failure.
    """
    rows = get_selection(guids, with_texts=False)

    def rewrite(content: Content) -> Content:
        return replace(content, category=normalise_category(category, kind=content.kind))

    changes = [rewriting(row, rewrite, actor_name=permit.actor.name) for row in rows]
    return commit(changes, permit=permit, detail={"category": category})
