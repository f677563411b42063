"""The people of the demonstration: an account each, in the roles that the library knows."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.utils import timezone

from devmode.accounts.tokens import issue_token
from devmode.actor import Actor, Role
from devmode.grants.dev_mode import enter
from devmode.grants.principal import Principal
from devmode.models import DevModeGrant

PASSWORD_BYTES = 9


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account. `address` is where they sit, from the range that is kept for documentation."""

    user: User
    role: Role
    address: str
    password: str = field(repr=False)

    @property
    def name(self) -> str:
        return self.user.get_username()

    @property
    def actor(self) -> Actor:
        return Actor(name=self.name, role=self.role, remote_address=self.address)

    def sign_in(self) -> Principal:
        """Return them with a new API token, to which a grant of Dev Mode can be bound."""
        _text, token = issue_token(self.user, ttl_seconds=settings.API_TOKEN_TTL_SECONDS, now=timezone.now())
        return Principal(user=self.user, token=token, remote_address=self.address)


@dataclass(frozen=True, kw_only=True)
class People:
    """Everybody who appears. Ada is the first administrator, whom preparing the library made."""

    vera: Person
    olga: Person
    omar: Person
    kim: Person
    ada: Person

    def __iter__(self) -> Iterator[Person]:
        return iter((self.vera, self.olga, self.omar, self.kim, self.ada))


@dataclass(frozen=True, kw_only=True)
class InDevMode:
    """An administrator while a grant lasts."""

    principal: Principal
    grant: DevModeGrant
    actor: Actor


def introduce_people() -> People:
    """Make the accounts, each with a password of its own, in a library that has its first administrator already."""
    return People(
        vera=_person("vera", Role.VIEWER, "192.0.2.21"),
        olga=_person("olga", Role.OPERATOR, "192.0.2.34", "Operators"),
        omar=_person("omar", Role.OPERATOR, "192.0.2.35", "Operators"),
        kim=_person("kim", Role.ADMINISTRATOR, "192.0.2.50", "Administrators"),
        ada=Person(
            user=User.objects.get(username=settings.ADMIN_USERNAME),
            role=Role.ADMINISTRATOR,
            address="192.0.2.51",
            password=settings.ADMIN_PASSWORD,
        ),
    )


def dev_mode_of(person: Person, reason: str) -> InDevMode:
    """Let an administrator enter Dev Mode; their token is so fresh that it stands for their password."""
    principal = person.sign_in()
    grant = enter(principal, reason=reason, password="")
    return InDevMode(principal=principal, grant=grant, actor=principal.actor_in(grant))


def _person(name: str, role: Role, address: str, group: str = "") -> Person:
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user = User.objects.create_user(name, password=password)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return Person(user=user, role=role, address=address, password=password)
