"""Sessions in the database, under a digest of their keys: reading the table, or a backup of it, opens no session."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import salted_hmac

# No module path: another salt would sign everyone out.
KEPT_SALT = "devmode.sessions"
KEPT_PREFIX = "kept:"
KEPT_CHARACTERS = 40


def kept_key(session_key: str) -> str:
    """Return what is kept of the key in a browser's cookie; of what is kept already, itself."""
    return session_key if session_key.startswith(KEPT_PREFIX) else _digest(session_key)


def _digest(session_key: str) -> str:
    digest = salted_hmac(KEPT_SALT, session_key, algorithm="sha256").hexdigest()
    return f"{KEPT_PREFIX}{digest}"[:KEPT_CHARACTERS]


def find_kept(session_key: str) -> Session | None:
    """Return the row of a browser's session that may have run out. For words to people alone: it signs nobody in."""
    return Session.objects.filter(session_key=_digest(session_key)).first()


class SessionStore(db.SessionStore):
    """Django's own, but for the key. A cookie is always digested, so that one made of a kept key opens nothing."""

    def _get_session_from_db(self) -> Session | None:
        key = _digest(str(self.session_key))
        row: Session | None = Session.objects.filter(session_key=key, expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return super().exists(_digest(session_key))

    def create_model_instance(self, data: Any) -> Any:
        row = super().create_model_instance(data)
        row.session_key = _digest(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(_digest(key))
