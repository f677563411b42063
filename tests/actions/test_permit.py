"""Who may do what, and the permit that says so: given out before an action, checked again on its locked row."""

from itertools import product

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from assemblies.actions.permit import Permit, get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.errors import DevModeRequired, Forbidden, Refusal
from assemblies.permissions import TABLE, Place, Scope, Verb, find_refusal, may
from devmode import grants
from devmode.actor import Actor, Role
from devmode.models import AuditEntry, DevModeGrant

GUID = "0a" * 16
PEOPLE = {
    "anonymous": Actor(name="", role=Role.ANONYMOUS),
    "viewer": Actor(name="vera", role=Role.VIEWER),
    "operator": Actor(name="olga", role=Role.OPERATOR),
    "administrator": Actor(name="ada", role=Role.ADMINISTRATOR),
    "in Dev Mode": Actor(name="ada", role=Role.ADMINISTRATOR, grant_id=1),
    "command": Actor.of_command("test"),
}
CLOSED: set[str] = set()
EVERYBODY = PEOPLE.keys() - {"anonymous"}
WRITERS = EVERYBODY - {"viewer"}
IN_DEV_MODE = {"in Dev Mode", "command"}
MAY: dict[tuple[Verb, Scope], set[str]] = {
    (Verb.CHANGE, Place.OWN): EVERYBODY,
    (Verb.CHANGE, Domain.USER): WRITERS,
    (Verb.CHANGE, Domain.COMMUNITY): IN_DEV_MODE,
    (Verb.CHANGE, Domain.OFFICIAL): IN_DEV_MODE,
    (Verb.APPROVE, Domain.USER): WRITERS,
    (Verb.APPROVE, Domain.COMMUNITY): IN_DEV_MODE,
    (Verb.APPROVE, Domain.OFFICIAL): IN_DEV_MODE,
    (Verb.RUN, Place.OWN): WRITERS,
    (Verb.RUN, Place.DEVICES): IN_DEV_MODE | {"administrator", "operator"},
    (Verb.RUN, Place.SERVER): IN_DEV_MODE,
    (Verb.RUN, Place.SERVER_ACCOUNT): IN_DEV_MODE | {"administrator"},
    (Verb.SCHEDULE, Place.LIBRARY): IN_DEV_MODE | {"administrator"},
    (Verb.SCHEDULE, Place.DEVICES): IN_DEV_MODE | {"administrator"},
    (Verb.SCHEDULE, Place.SERVER): IN_DEV_MODE,
    (Verb.SCHEDULE, Place.SERVER_ACCOUNT): IN_DEV_MODE | {"administrator"},
    (Verb.RUN_ON_TIME, Place.DEVICES): IN_DEV_MODE | {"administrator"},
    (Verb.RUN_ON_TIME, Place.SERVER): IN_DEV_MODE | {"administrator"},
    (Verb.RUN_ON_TIME, Place.SERVER_ACCOUNT): IN_DEV_MODE | {"administrator"},
    (Verb.REPLICATE, Place.LIBRARY): IN_DEV_MODE,
    (Verb.PERSIST, Place.LIBRARY): IN_DEV_MODE,
    (Verb.ADMINISTER, Place.LIBRARY): IN_DEV_MODE | {"administrator"},
}
SCOPES: list[Scope] = [*Domain, *Place]


@pytest.mark.parametrize(("verb", "scope"), list(product(Verb, SCOPES)))
def test_each_may_do_what_the_table_says_and_nothing_that_has_no_row(verb: Verb, scope: Scope) -> None:
    allowed = {name for name, actor in PEOPLE.items() if may(actor, verb, scope)}
    assert allowed == MAY.get((verb, scope), CLOSED)
    assert ((verb, scope) in TABLE) == ((verb, scope) in MAY)


def test_an_administrator_is_told_of_dev_mode_and_nobody_else() -> None:
    refusals = {name: find_refusal(actor, Verb.CHANGE, Domain.OFFICIAL) for name, actor in PEOPLE.items()}
    assert {name for name, refusal in refusals.items() if isinstance(refusal, DevModeRequired)} == {"administrator"}
    assert {name for name, refusal in refusals.items() if isinstance(refusal, Forbidden)} == {
        "anonymous", "viewer", "operator",
    }  # fmt: skip
    assert all(refusal.detail == {"domain": Domain.OFFICIAL} for refusal in refusals.values() if refusal)


def test_what_nobody_may_is_forbidden_even_in_dev_mode() -> None:
    assert isinstance(find_refusal(PEOPLE["in Dev Mode"], Verb.RUN, Domain.USER), Forbidden)


@pytest.mark.usefixtures("db_of_library")
def test_a_refusal_is_audited_with_its_event_and_subject(operator: Actor) -> None:
    with pytest.raises(Forbidden):
        get_permit(operator, LibraryEvent.CLONE, Domain.USER, Domain.OFFICIAL, guid=GUID)
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.outcome, entry.actor) == ("assembly.clone", "denied", "olga")
    assert (entry.scope, entry.subject_kind, entry.subject_id) == ("official", "assembly", GUID)


@pytest.mark.usefixtures("db_of_library")
def test_looking_is_no_attempt(operator: Actor) -> None:
    with pytest.raises(Forbidden):
        get_permit(operator, LibraryEvent.DELETE, Domain.OFFICIAL, only_looking=True)
    assert get_permit(operator, LibraryEvent.DELETE, Domain.USER, only_looking=True).actor == operator
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("scope", [Domain.OFFICIAL, Domain.COMMUNITY])
def test_a_permit_covers_no_scope_that_its_actor_may_not_change(operator: Actor, scope: Domain) -> None:
    permit = Permit(actor=operator, event=LibraryEvent.UPDATE)
    permit.check(Domain.USER)
    with pytest.raises(Refusal):
        permit.check(scope)


def test_a_grant_is_used_where_dev_mode_is_needed_and_nowhere_else(granted: Actor) -> None:
    permit = Permit(actor=granted, event=LibraryEvent.UPDATE)
    before = DevModeGrant.objects.get().last_used_at
    with transaction.atomic():
        permit.use_grant([Domain.USER, Place.OWN], now=timezone.now())
    assert DevModeGrant.objects.get().last_used_at == before
    with transaction.atomic():
        permit.use_grant([Domain.USER, Domain.OFFICIAL], now=timezone.now())
    assert DevModeGrant.objects.get().last_used_at > before


def test_a_grant_that_ended_meanwhile_is_none(granted: Actor) -> None:
    grants.end_of_user(User.objects.get(username="grace"), now=timezone.now())
    with pytest.raises(DevModeRequired, match="has ended"), transaction.atomic():
        Permit(actor=granted, event=LibraryEvent.UPDATE).use_grant([Domain.OFFICIAL], now=timezone.now())
