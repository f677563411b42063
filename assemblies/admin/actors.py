"""Who asks in the admin, in the library's words."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from assemblies.domains import Domain
from assemblies.permissions import Verb, may
from devmode.accounts.roles import role_of
from devmode.actor import Actor, Role
from devmode.grants.dev_mode_status import standing_of


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in person, with the live Dev Mode grant of their session if any."""
    user: Any = request.user
    grant = standing_of(request).grant
    return Actor(
        name=user.get_username(),
        role=role_of(user),
        remote_address=str(request.META.get("REMOTE_ADDR", "")),
        grant_id=grant.pk if grant else None,
    )


def is_administrator(request: HttpRequest) -> bool:
    return role_of(request.user) is Role.ADMINISTRATOR


def writable_domains(actor: Actor) -> list[Domain]:
    """Return the domains the actor may change now, their own first."""
    order = (Domain.USER, Domain.COMMUNITY, Domain.OFFICIAL)
    return [domain for domain in order if may(actor, Verb.CHANGE, domain)]


def chosen_domain(request: HttpRequest) -> Domain:
    """Return where a new assembly is to go; only those in Dev Mode are asked, all others make one of their own."""
    try:
        return Domain.from_wire(request.POST.get("domain", Domain.USER.value))
    except ValueError as error:
        raise BadRequest("No such domain.") from error
