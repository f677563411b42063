"""Who does something, as the audit names them."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is; `devmode.accounts.roles` says what makes them so."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    COMMAND = "command"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person, a program or a command, as known at the moment of the request.

    `grant_id` is the Dev Mode grant the request came with, if any. What needs one reads it again in its transaction.
    """

    name: str
    role: Role
    remote_address: str = ""
    grant_id: int | None = None

    @classmethod
    def of_command(cls, name: str) -> "Actor":
        """Return the actor for a management command."""
        return cls(name=f"command:{name}", role=Role.COMMAND)

    @property
    def dev_mode(self) -> bool:
        return self.grant_id is not None
