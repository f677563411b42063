"""Sessions and tokens: when somebody logged in, and that what they were granted ends with them."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete
from django.http import HttpRequest
from django.utils import timezone

from devmode.grants import Bearer, end_of_bearer
from devmode.models.token import ApiToken

LOGGED_IN_AT = "devmode_logged_in_at"


def logged_in_at(request: HttpRequest) -> datetime | None:
    """Return when the session's user proved who they are, or None."""
    text = request.session.get(LOGGED_IN_AT)
    return datetime.fromisoformat(text) if text else None


def note_login(sender: object, request: HttpRequest, user: User, **_signal: Any) -> None:
    if hasattr(request, "session"):
        request.session[LOGGED_IN_AT] = timezone.now().isoformat()


def end_with_session(sender: object, request: HttpRequest, user: User | None, **_signal: Any) -> None:
    key = getattr(getattr(request, "session", None), "session_key", None)
    if user is not None and key:
        end_of_bearer(Bearer.of_session(user, key).digest, now=timezone.now())


def end_with_token(sender: object, instance: ApiToken, **_signal: Any) -> None:
    end_of_bearer(Bearer.of_token(instance).digest, now=timezone.now())


def connect() -> None:
    user_logged_in.connect(note_login)
    user_logged_out.connect(end_with_session)
    post_delete.connect(end_with_token, sender=ApiToken)
