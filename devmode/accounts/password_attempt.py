"""One attempt to prove who one is with a password: counted before the password is looked at, audited whatever comes.

Right and wrong passwords are refused alike during a lock-out. Wrong ones are counted per account and address, and per
address over all accounts with a bound that an office does not reach; nobody elsewhere can lock an account out.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from devmode.accounts.attempts import LOCK_OUT, Limit, TooManyAttempts, give_back_attempt, take_attempt
from devmode.accounts.roles import role_of
from devmode.actor import Actor, Role
from devmode.addresses import neighbourhood
from devmode.audit import AuditFacts, record
from devmode.audit.events import AuditEvent
from devmode.models.audit import Outcome
from devmode.write_lock import write_transaction

ACCOUNT_LIMIT = 10
ADDRESS_LIMIT = 100
MAX_NAME_LENGTH = 150


@dataclass(frozen=True, kw_only=True)
class PasswordAttempt:
    """`event` is what the password would allow, in the audit's words; `username` is the name as it was typed."""

    event: AuditEvent
    username: str
    address: str
    by: str

    @property
    def limits(self) -> list[Limit]:
        account = hashlib.sha256(self.username.casefold().encode()).hexdigest()
        place = neighbourhood(self.address)
        return [
            Limit(name=f"{self.event}:{place}:{account}", attempts=ACCOUNT_LIMIT, lock_out=LOCK_OUT),
            Limit(name=f"{self.event}:{place}", attempts=ADDRESS_LIMIT, lock_out=LOCK_OUT),
        ]

    def take(self) -> None:
        """Count the attempt. Raises TooManyAttempts; the audit is told when a lock-out starts, and nothing after it."""
        try:
            take_attempt(self.limits)
        except TooManyAttempts as refusal:
            if refusal.starts_lock_out:
                self._record(Outcome.DENIED, role=Role.ANONYMOUS, code="throttled")
            raise

    def fail(self, code: str = "authentication_failed") -> None:
        """Audit a wrong password. Raises AuditUnwritable."""
        self._record(Outcome.DENIED, role=Role.ANONYMOUS, code=code)

    def succeed(self, user: User, **detail: Any) -> None:
        """Take the attempt off the counts and audit it, within the transaction of what it allows."""
        give_back_attempt(self.limits)
        record(self._facts(Outcome.SUCCESS, role=role_of(user), **detail), now=timezone.now())

    def _record(self, outcome: Outcome, *, role: Role, **detail: Any) -> None:
        with write_transaction():
            record(self._facts(outcome, role=role, **detail), now=timezone.now())

    def _facts(self, outcome: Outcome, *, role: Role, **detail: Any) -> AuditFacts:
        return AuditFacts(
            actor=Actor(name=self.username[:MAX_NAME_LENGTH], role=role, remote_address=self.address),
            event=self.event,
            outcome=outcome,
            detail={"by": self.by} | detail,
        )
