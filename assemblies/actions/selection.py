"""Several assemblies at once: those chosen, all of them live and all of them the actor's to change, or none."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from assemblies.actions.audit import record_denial
from assemblies.actions.change import Change, Receipt, require_live
from assemblies.actions.commit import commit
from assemblies.actions.contents import stamped, with_content_hash
from assemblies.actions.permit import Permit
from assemblies.documents import normalise_category, normalise_tags
from assemblies.domains import Domain, Operation
from assemblies.errors import Refusal
from assemblies.models import Assembly, Content
from assemblies.permissions import Verb, find_refusal
from devmode.actor import Actor
from devmode.audit.events import AuditEvent

Tags = list[Any] | dict[str, Any]


def get_selection(guids: Sequence[str], *, with_texts: bool = True) -> list[Assembly]:
    """Return the live assemblies in the order given, each once. Raises AssemblyNotFound when one of them is gone."""
    rows = (Assembly.objects.all() if with_texts else Assembly.objects.without_texts()).in_bulk(list(guids))
    return [require_live(rows.get(guid), guid) for guid in dict.fromkeys(guids)]


def get_selection_permit(guids: Sequence[str], *, actor: Actor, event: AuditEvent) -> Permit:
    """Return the permit to change all of them. A refusal, which is audited, names the domain that is closed.

    Raises Forbidden, DevModeRequired, or AssemblyNotFound when one of them is gone.
    """
    rows = get_selection(guids, with_texts=False)
    counts = Counter(row.domain for row in rows)
    for domain in Domain:
        if domain in counts and (refusal := find_refusal(actor, Verb.CHANGE, domain)):
            refusal = _naming(refusal, domain, counts[domain], len(rows))
            record_denial(actor, event, refusal, guid=rows[0].guid if len(rows) == 1 else "")
            raise refusal
    return Permit(actor=actor, event=event)


def rewriting(row: Assembly, rewrite: Callable[[Content], Content], *, actor_name: str) -> Change:
    """Return the change that gives a live assembly what `rewrite` makes of its content, its payloads left alone."""
    guid = row.guid

    def rewritten(row: Assembly | None, now: datetime) -> Content:
        content = rewrite(require_live(row, guid).read_content())
        return stamped(with_content_hash(content), row, actor_name=actor_name, now=now)

    return Change(guid=guid, operation=Operation.UPDATE, rewrite=rewritten)


def _naming(refusal: Refusal, domain: Domain, count: int, total: int) -> Refusal:
    said = _("%(count)s of the %(total)s selected are %(domain)s. %(why)s")
    if total == 1:
        said = _("The selected one is %(domain)s. %(why)s")
    facts = {"count": count, "total": total, "domain": domain.label, "why": refusal.message}
    return type(refusal)(said % facts, domain=domain)


def categorise_many(guids: Sequence[str], category: str, *, permit: Permit) -> list[Receipt]:
    """Categorise all or none; what is in the category already stays as it is.

    Raises AssemblyNotFound, InvalidField, Forbidden, DevModeRequired, or a Failure.
    """
    rows = get_selection(guids, with_texts=False)

    def rewrite(content: Content) -> Content:
        return replace(content, category=normalise_category(category, kind=content.kind))

    changes = [rewriting(row, rewrite, actor_name=permit.actor.name) for row in rows]
    return commit(changes, permit=permit, detail={"category": category})


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
