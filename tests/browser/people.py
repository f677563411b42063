"""Who sits at the browser: the roles of the contract, each with a session of their own."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from devmode import grants

PASSWORD = "a long test password"


def viewer() -> User:
    return User.objects.create_user("vera", password=PASSWORD)


def operator() -> User:
    return _in_group("olga", "Operators")


def administrator() -> User:
    return _in_group("ada", "Administrators")


def superuser() -> User:
    return User.objects.create_superuser("susan", password=PASSWORD)


PEOPLE: dict[str, Callable[[], User]] = {
    made.__name__: made for made in (viewer, operator, administrator, superuser)
}  # fmt: skip


def session_of(user: User, *, dev_mode: bool) -> str:
    """Return the key of a new session, in Dev Mode or not."""
    client = Client()
    client.force_login(user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    if dev_mode:
        with transaction.atomic():
            bearer = grants.session_digest(key)
            grants.issue(user, bearer, reason="Repairing the catalogue", remote_address="127.0.0.1", now=timezone.now())
    return key


def _in_group(name: str, group: str) -> User:
    user = User.objects.create_user(name, password=PASSWORD)
    user.groups.add(Group.objects.get(name=group))
    return user
