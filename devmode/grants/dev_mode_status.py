"""How a page's request stands to Dev Mode: found once per request, for the page itself and for its banner."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from devmode import grants
from devmode.accounts.roles import ENTER_DEV_MODE
from devmode.grants.lifecycle import Bearer
from devmode.models.grant import DevModeGrant


@dataclass(frozen=True)
class Standing:
    """Whether somebody may enter Dev Mode, and the live grant of their session if they are in it."""

    eligible: bool = False
    grant: DevModeGrant | None = None


def standing_of(request: HttpRequest) -> Standing:
    """Return the standing of who asks for a page; somebody who may not enter Dev Mode costs no query."""
    found: Standing | None = getattr(request, "_dev_mode_standing", None)
    if found is None:
        found = _found(request)
        request._dev_mode_standing = found  # type: ignore[attr-defined]
    return found


def _found(request: HttpRequest) -> Standing:
    user: Any = request.user
    if not user.is_active or not user.has_perm(ENTER_DEV_MODE):
        return Standing()
    key = request.session.session_key
    return Standing(True, grants.find_live(Bearer.of_session(user, key), now=timezone.now()) if key else None)
