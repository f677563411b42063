"""Who asks, in the library's words."""

from rest_framework.request import Request

from assemblies.actions.actor import Actor
from assemblies.roles import Role, role_of


def actor_of(request: Request) -> Actor:
    """Return the signed-in person or program behind a request."""
    return Actor(
        name=request.user.get_username(),
        role=role_of(request.user),
        remote_address=str(request.META.get("REMOTE_ADDR", "")),
    )


def is_administrator(request: Request) -> bool:
    return role_of(request.user) == Role.ADMINISTRATOR
