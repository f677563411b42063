"""Who asks, in the library's words, for the API and the pages alike."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from rest_framework.request import Request

from assemblies.domains import Domain
from assemblies.permissions import Verb, may
from devmode.actor import Actor
from devmode.grants.principal import principal_of


def actor_of(request: Request | HttpRequest) -> Actor:
    """Return the signed-in person or program behind a request, with the live Dev Mode grant they came with if any."""
    return principal_of(request).actor


def is_administrator(request: Request | HttpRequest) -> bool:
    return principal_of(request).is_administrator


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
