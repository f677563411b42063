"""What entries of the audit are about, each with its meaning; docs/audit.md lists them.

An entry whose outcome is denied or failed says that this was attempted.
"""

from enum import StrEnum
from functools import cache
from typing import Self

from django.utils.translation import gettext_noop as _


class AuditEvent(StrEnum):
    """An event with its meaning. Each room has a subclass with the events of what it does.

    The values are in entries for ever: none is renamed, removed or given another meaning.
    """

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class AccessEvent(AuditEvent):
    """Accounts, log-ins, tokens, Dev Mode, and reading the audit."""

    LOG_IN = "auth.login", _("Log in with a password, for a session or a token")
    CHANGE_PASSWORD = "auth.password_change", _("Change one's own password")
    END_ACCESS = "access.end", _("End own sessions or revoke own tokens")
    CREATE_ACCOUNT = "account.create", _("Add a user or a group")
    UPDATE_ACCOUNT = "account.update", _("Change a user or a group")
    DELETE_ACCOUNT = "account.delete", _("Delete a user or a group")
    CREATE_TOKEN = "token.create", _("Make an API token by command or on one's own page")
    REVOKE_TOKEN = "token.revoke", _("Revoke somebody's API token")
    ADOPT_SECRET_KEY = "secret_key.adopt", _("Take another secret key, which ends every token and session")
    ENTER_DEV_MODE = "devmode.enter", _("Enter Dev Mode")
    EXTEND_DEV_MODE = "devmode.extend", _("Extend one's own Dev Mode")
    LEAVE_DEV_MODE = "devmode.leave", _("Leave Dev Mode")
    REVOKE_DEV_MODE = "devmode.revoke", _("End somebody's Dev Mode")
    LIST_GRANTS = "devmode.grants", _("See who is in Dev Mode (refusals only)")
    READ_AUDIT = "audit.read", _("Read the audit (refusals only)")


def find_meaning(event: str) -> str:
    """Return what an event of an entry means, in English; "" for one that no room knows (any more)."""
    return _meanings().get(event, "")


@cache
def _meanings() -> dict[str, str]:
    """First called for a page, when every room is imported."""
    return {str(known): known.meaning for room in AuditEvent.__subclasses__() for known in room}
