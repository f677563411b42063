"""Add a tag to many assemblies at once, or take it from them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from assemblies.actions.change import Receipt
from assemblies.actions.commit import commit
from assemblies.actions.permit import Permit
from assemblies.actions.selection import get_selection, rewriting
from assemblies.documents import normalise_tags
from assemblies.models import Content

Tags = list[Any] | dict[str, Any]


def tag_many(guids: Sequence[str], tag: str, *, permit: Permit, remove: bool = False) -> list[Receipt]:
    """Tag all or none; tags are the same in any letter case. What has the tag already, or has it not, stays as it is.

    Raises AssemblyNotFound, InvalidField, Forbidden, DevModeRequired, or a Failure.
    """
    rows = get_selection(guids, with_texts=False)
    normalise_tags([tag])

    def rewrite(content: Content) -> Content:
        tags = _without(content.tags, tag) if remove else _with(content.tags, tag)
        return replace(content, tags=normalise_tags(tags))

    changes = [rewriting(row, rewrite, actor_name=permit.actor.name) for row in rows]
    return commit(changes, permit=permit, detail={"removed" if remove else "added": tag})


def _with(tags: Tags, tag: str) -> Tags:
    if tag.casefold() in {str(one).casefold() for one in tags}:
        return tags
    return tags | {tag: True} if isinstance(tags, dict) else [*tags, tag]


def _without(tags: Tags, tag: str) -> Tags:
    key = tag.casefold()
    if isinstance(tags, dict):
        return {one: value for one, value in tags.items() if one.casefold() != key}
    return [one for one in tags if one.casefold() != key]
