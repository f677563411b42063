"""Who asks, in the library's words."""

from django.utils import timezone
from rest_framework.request import Request

from devmode.accounts.roles import role_of
from devmode.actor import Actor, Role
from devmode.grants.access import find_grant


def actor_of(request: Request) -> Actor:
    """Return the signed-in person or program behind a request."""
    grant = find_grant(request, now=timezone.now())
    return Actor(
        name=request.user.get_username(),
        role=role_of(request.user),
        remote_address=str(request.META.get("REMOTE_ADDR", "")),
        grant_id=grant.pk if grant else None,
    )


def is_administrator(request: Request) -> bool:
    return role_of(request.user) == Role.ADMINISTRATOR
