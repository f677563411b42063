"""That somebody may do something: decided before anything is read or stored, and again on each locked row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from assemblies.actions.audit import record_denial
from assemblies.errors import DevModeRequired
from assemblies.permissions import Scope, Verb, find_refusal, needs_dev_mode
from devmode import grants
from devmode.actor import Actor
from devmode.audit.events import AuditEvent


@dataclass(frozen=True, kw_only=True)
class Permit:
    """`actor` was allowed to do `verb`; `event` is what the audit will call it.

    Every action takes one, so that none can be called by somebody who was not checked. `get_permit` gives it out.
    What a row says may have changed since: the action calls `check` on it, under the lock.
    """

    actor: Actor
    event: AuditEvent
    verb: Verb = Verb.CHANGE

    def check(self, scope: Scope) -> None:
        """Raise Forbidden or DevModeRequired unless it covers `scope`, where a locked row is, or is to be."""
        if refusal := find_refusal(self.actor, self.verb, scope):
            raise refusal

    def use_grant(self, scopes: Iterable[Scope], *, now: datetime) -> None:
        """Use the actor's grant, in the transaction of a change, where one of `scopes` needs Dev Mode.

        Raises DevModeRequired when it has ended.
        """
        if self.actor.grant_id is not None and any(needs_dev_mode(self.verb, scope) for scope in scopes):
            try:
                grants.use(self.actor.grant_id, now=now)
            except grants.GrantEnded as error:
                raise DevModeRequired("Your Dev Mode has ended; enable it again.") from error


def get_permit(
    actor: Actor,
    event: AuditEvent,
    *scopes: Scope,
    verb: Verb = Verb.CHANGE,
    guid: str = "",
    only_looking: bool = False,
) -> Permit:
    """Return the permit for `verb` in all of `scopes`; `guid` is the one assembly it is about.

    Raises Forbidden or DevModeRequired, or a Failure when that could not be audited. A page that is `only_looking` at
    what would be done attempts nothing: its refusal is not audited.
    """
    for scope in scopes:
        if refusal := find_refusal(actor, verb, scope):
            if not only_looking:
                record_denial(actor, event, refusal, guid=guid)
            raise refusal
    return Permit(actor=actor, event=event, verb=verb)
