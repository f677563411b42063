"""Tell somebody who was signed out without asking for it why, before they are sent to the log-in."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from devmode.accounts.session_store import find_kept

RAN_OUT = _("Your session ran out, as each does some hours after its log-in. Log in again to go on.")
WAS_ENDED = _(
    "Your session was ended: by a log-out elsewhere, on the page of tokens and sessions, or because the password was "
    "changed. Log in again to go on."
)
NOT_ACTIVE = _("Your account is not active any more. An administrator can say why.")


def explain_sign_out(request: HttpRequest) -> None:
    """Leave a message when a browser came with a session that is none any more; it is read on the log-in page."""
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if session_key and (why := _why(session_key)):
        messages.warning(request, why)


def _why(session_key: str) -> Any:
    row = find_kept(session_key)
    if row is None:
        return WAS_ENDED
    if row.expire_date <= timezone.now():
        return RAN_OUT
    return NOT_ACTIVE if SESSION_KEY in row.get_decoded() else None
