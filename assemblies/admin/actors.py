"""Who asks in the admin, in the library's words."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from assemblies.actions.actor import Actor
from assemblies.roles import role_of
from devmode import grants
from devmode.grants import Bearer


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in person, with the live Dev Mode grant of their session if any."""
    user: Any = request.user
    key = request.session.session_key
    grant = grants.find_live(Bearer.of_session(user, key), now=timezone.now()) if key else None
    return Actor(
        name=user.get_username(),
        role=role_of(user),
        remote_address=str(request.META.get("REMOTE_ADDR", "")),
        grant_id=grant.pk if grant else None,
    )
