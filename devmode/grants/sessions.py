"""Sessions and tokens: when somebody logged in, and that what they were granted ends with them, and with their rights.

The ends are written in the transaction that deletes the session or token, or that changes the account. What changes an
account past these signals is noticed when the grant is used.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.http import HttpRequest
from django.utils import timezone

from devmode.grants.lifecycle import end_broken, end_of_bearer, session_digest, token_digest
from devmode.models.grant import EndReason
from devmode.models.token import ApiToken

LOGGED_IN_AT = "devmode_logged_in_at"
# Where it was: kept in the session alone, and gone with it.
LOGGED_IN_FROM, LOGGED_IN_WITH = "devmode_logged_in_from", "devmode_logged_in_with"
MAX_AGENT_LENGTH = 400


def logged_in_at(session: SessionBase) -> datetime | None:
    """Return when the session's user proved who they are, or None."""
    text = session.get(LOGGED_IN_AT)
    return datetime.fromisoformat(text) if text else None


def sessions_of(user: User, *, now: datetime) -> list[Session]:
    """Return a user's live sessions. Django keeps no index of whose they are, so every one is looked into."""
    live = Session.objects.filter(expire_date__gt=now)
    return [session for session in live if session.get_decoded().get(SESSION_KEY) == str(user.pk)]


def note_login(sender: object, request: HttpRequest, user: User, **_signal: Any) -> None:
    if LOGGED_IN_AT in request.session:
        # Django keeps the key when the same user logs in again; anyone else who holds it would share the fresh log-in.
        request.session.cycle_key()
    request.session[LOGGED_IN_AT] = timezone.now().isoformat()
    request.session[LOGGED_IN_FROM] = request.META.get("REMOTE_ADDR", "")
    request.session[LOGGED_IN_WITH] = request.META.get("HTTP_USER_AGENT", "")[:MAX_AGENT_LENGTH]


def end_with_session(sender: object, instance: Session, **_signal: Any) -> None:
    """Sign-out, log-in over it, a new key and the clearing of old sessions all delete the session's row."""
    end_of_bearer(session_digest(instance.session_key), EndReason.SIGNED_OUT, now=timezone.now())


def end_with_token(sender: object, instance: ApiToken, **_signal: Any) -> None:
    end_of_bearer(token_digest(instance), EndReason.SIGNED_OUT, now=timezone.now())


def end_with_account(sender: object, raw: bool = False, created: bool = False, **_signal: Any) -> None:
    """The account may have been deactivated, or got another password."""
    if not raw and not created:
        end_broken(now=timezone.now())


def end_with_rights(sender: object, action: str = "post_remove", **_signal: Any) -> None:
    """A right may have been taken: from the user, from one of their groups, or with the group itself."""
    if action in {"post_remove", "post_clear"}:
        end_broken(now=timezone.now())


def connect() -> None:
    user_logged_in.connect(note_login)
    post_delete.connect(end_with_session, sender=Session)
    post_delete.connect(end_with_token, sender=ApiToken)
    post_save.connect(end_with_account, sender=User)
    post_delete.connect(end_with_rights, sender=Group)
    for relation in (User.groups, User.user_permissions, Group.permissions):
        m2m_changed.connect(end_with_rights, sender=relation.through)
