"""Who may do what: one table of verbs and scopes. What has no row is for nobody.

A request is decided by it twice: before anything is read or stored, and on the locked row within the transaction.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from assemblies.domains import Domain
from assemblies.errors import DevModeRequired, Forbidden, Refusal
from devmode.actor import Actor, Role


class Verb(StrEnum):
    """What somebody may do."""

    CHANGE = "change"  # an assembly, and what is said about it
    RUN = "run"
    APPROVE = "approve"  # an assembly, for others to run
    SCHEDULE = "schedule"  # save a job that runs there
    RUN_ON_TIME = "run_on_time"  # what was scheduled; the grant was needed when the job was saved
    REPLICATE = "replicate"  # write to another database
    PERSIST = "persist"  # choose the database that gets a copy of what was run
    ADMINISTER = "administer"


class Place(StrEnum):
    """Where something is done that is done in no domain."""

    OWN = "own"  # what somebody keeps for themselves
    LIBRARY = "library"  # the library as a whole
    # A script on this server: as the library's own account it can read whatever the library can.
    SERVER = "server"
    SERVER_ACCOUNT = "server_account"  # as another account
    DEVICES = "devices"


Scope = Domain | Place


class Need(IntEnum):
    """The least that somebody must be; each may do what those before may."""

    SIGNED_IN = 1
    OPERATOR = 2
    ADMINISTRATOR = 3
    DEV_MODE = 4


TABLE: Mapping[tuple[Verb, Scope], Need] = {
    (Verb.CHANGE, Place.OWN): Need.SIGNED_IN,
    (Verb.CHANGE, Domain.USER): Need.OPERATOR,
    (Verb.CHANGE, Domain.COMMUNITY): Need.DEV_MODE,
    (Verb.CHANGE, Domain.OFFICIAL): Need.DEV_MODE,
    (Verb.APPROVE, Domain.USER): Need.OPERATOR,
    (Verb.APPROVE, Domain.COMMUNITY): Need.DEV_MODE,
    (Verb.APPROVE, Domain.OFFICIAL): Need.DEV_MODE,
    (Verb.RUN, Place.OWN): Need.OPERATOR,
    (Verb.RUN, Place.DEVICES): Need.OPERATOR,
    (Verb.RUN, Place.SERVER): Need.DEV_MODE,
    (Verb.RUN, Place.SERVER_ACCOUNT): Need.ADMINISTRATOR,
    (Verb.SCHEDULE, Place.LIBRARY): Need.ADMINISTRATOR,
    (Verb.SCHEDULE, Place.DEVICES): Need.ADMINISTRATOR,
    (Verb.SCHEDULE, Place.SERVER): Need.DEV_MODE,
    (Verb.SCHEDULE, Place.SERVER_ACCOUNT): Need.ADMINISTRATOR,
    (Verb.RUN_ON_TIME, Place.DEVICES): Need.ADMINISTRATOR,
    (Verb.RUN_ON_TIME, Place.SERVER): Need.ADMINISTRATOR,
    (Verb.RUN_ON_TIME, Place.SERVER_ACCOUNT): Need.ADMINISTRATOR,
    (Verb.REPLICATE, Place.LIBRARY): Need.DEV_MODE,
    (Verb.PERSIST, Place.LIBRARY): Need.DEV_MODE,
    (Verb.ADMINISTER, Place.LIBRARY): Need.ADMINISTRATOR,
}


# What a refusal says where the library's own words are too general: to everybody, and to an administrator.
_WORDS: Mapping[Verb | tuple[Verb, Scope], tuple[str, str]] = {
    (Verb.RUN, Place.DEVICES): (_("Only operators and administrators may run assemblies on devices."), ""),
    Verb.REPLICATE: (
        _("Only administrators may do this; pending changes are written when they are due anyway."),
        _("Enable Dev Mode to write now; pending changes are written when they are due anyway."),
    ),
    Verb.PERSIST: (
        _("Only administrators may choose where the copy of what was run goes."),
        _("Enable Dev Mode to choose where the copy of what was run goes."),
    ),
    Verb.RUN: (
        _("Only administrators may run assemblies on this server."),
        _("Enable Dev Mode to run on this server: a script there can read whatever the library can."),
    ),
    Verb.SCHEDULE: (
        _("Only administrators may manage schedules."),
        _("Enable Dev Mode to schedule runs on this server: a script there can read whatever the library can."),
    ),
    Verb.RUN_ON_TIME: (_("Who last edited the job is no administrator any more."), ""),
    Verb.ADMINISTER: (_("Only administrators may do this."), ""),
}
_LEVELS: Mapping[Role, Need] = {
    Role.VIEWER: Need.SIGNED_IN,
    Role.OPERATOR: Need.OPERATOR,
    Role.ADMINISTRATOR: Need.ADMINISTRATOR,
    # Anyone who may run a command owns the files anyway.
    Role.COMMAND: Need.DEV_MODE,
}


def may(actor: Actor, verb: Verb, scope: Scope) -> bool:
    """Say whether `actor` may do `verb` in `scope` now."""
    return find_refusal(actor, verb, scope) is None


def find_refusal(actor: Actor, verb: Verb, scope: Scope) -> Refusal | None:
    """Return why `actor` may not do `verb` in `scope`, or None when they may."""
    need = TABLE.get((verb, scope))
    if need is not None and _level(actor) >= need:
        return None
    detail = {"domain": scope} if isinstance(scope, Domain) else {}
    forbidden, dev_mode_required = (gettext(words) if words else "" for words in _words_of(verb, scope))
    if need is Need.DEV_MODE and actor.role is Role.ADMINISTRATOR:
        return DevModeRequired(dev_mode_required, **detail)
    return Forbidden(forbidden, **detail)


def _words_of(verb: Verb, scope: Scope) -> tuple[str, str]:
    return _WORDS.get((verb, scope)) or _WORDS.get(verb, ("", ""))


def needs_dev_mode(verb: Verb, scope: Scope) -> bool:
    """Say whether doing it uses a Dev Mode grant."""
    return TABLE.get((verb, scope)) is Need.DEV_MODE


def _level(actor: Actor) -> int:
    if actor.role is Role.ADMINISTRATOR and actor.dev_mode:
        return Need.DEV_MODE
    return _LEVELS.get(actor.role, 0)
