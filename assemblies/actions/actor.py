"""Who asks for a change, and what they may change."""

from dataclasses import dataclass
from datetime import datetime

from assemblies.domains import Domain
from assemblies.errors import DevModeRequired, Forbidden, Refusal
from devmode import grants
from devmode.accounts.roles import Role


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person, a program or a command, as known at the moment of the request.

    `grant_id` names the Dev Mode grant the request came with, if any; the transaction of a change asks it again.
    """

    name: str
    role: Role
    remote_address: str = ""
    grant_id: int | None = None

    @classmethod
    def of_command(cls, name: str) -> "Actor":
        """Return the actor for a management command: whoever may run one owns the files anyway."""
        return cls(name=f"command:{name}", role=Role.COMMAND)

    @property
    def dev_mode(self) -> bool:
        return self.grant_id is not None

    def use_grant(self, *, now: datetime) -> None:
        """Use the grant within the transaction of a protected change. Raises DevModeRequired when it has ended."""
        if self.grant_id is not None:
            try:
                grants.use(self.grant_id, now=now)
            except grants.GrantEnded as error:
                raise DevModeRequired("Your Dev Mode has ended; enable it again.") from error

    def refusal(self, domain: Domain) -> Refusal | None:
        """Return why this actor may not change `domain`, or None when they may."""
        if self.role == Role.COMMAND or (self.role == Role.ADMINISTRATOR and self.dev_mode):
            return None
        if domain == Domain.USER:
            return Forbidden(domain=domain) if self.role == Role.VIEWER else None
        return (DevModeRequired if self.role == Role.ADMINISTRATOR else Forbidden)(domain=domain)

    def check_may_write(self, domain: Domain) -> None:
        """Raise Forbidden or DevModeRequired unless this actor may change `domain`."""
        if refusal := self.refusal(domain):
            raise refusal
