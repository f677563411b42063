"""Who asks for a change, and what they may change."""

from dataclasses import dataclass

from assemblies.domains import Domain
from assemblies.errors import DevModeRequired, Forbidden, Refusal
from assemblies.roles import Role


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person, a program or a command, as known at the moment of the request."""

    name: str
    role: Role
    remote_address: str = ""
    dev_mode: bool = False

    @classmethod
    def of_command(cls, name: str) -> "Actor":
        """Return the actor for a management command: whoever may run one owns the files anyway."""
        return cls(name=f"command:{name}", role=Role.COMMAND)

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
