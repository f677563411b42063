"""What entries of the audit are about, each with its meaning; docs/audit.md lists them.

An entry whose outcome is denied or failed says that this was attempted.
"""

from enum import StrEnum
from typing import Self


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

    LOG_IN = "auth.login", "Log in with a password, for a session or a token"
    CHANGE_PASSWORD = "auth.password_change", "Change one's own password"
    END_ACCESS = "access.end", "End own sessions or revoke own tokens"
    CREATE_ACCOUNT = "account.create", "Add a user or a group"
    UPDATE_ACCOUNT = "account.update", "Change a user or a group"
    DELETE_ACCOUNT = "account.delete", "Delete a user or a group"
    CREATE_TOKEN = "token.create", "Make an API token by command or on one's own page"
    REVOKE_TOKEN = "token.revoke", "Revoke somebody's API token"
    ADOPT_SECRET_KEY = "secret_key.adopt", "Take another secret key, which ends every token and session"
    ENTER_DEV_MODE = "devmode.enter", "Enter Dev Mode"
    EXTEND_DEV_MODE = "devmode.extend", "Extend one's own Dev Mode"
    LEAVE_DEV_MODE = "devmode.leave", "Leave Dev Mode"
    REVOKE_DEV_MODE = "devmode.revoke", "End somebody's Dev Mode"
    LIST_GRANTS = "devmode.grants", "See who is in Dev Mode (refusals only)"
    READ_AUDIT = "audit.read", "Read the audit (refusals only)"
