"""Who asks. Each identity is one account with the one client it asks with."""

from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from devmode import grants
from devmode.accounts.tokens import issue_token
from devmode.models import DevModeGrant

PASSWORD = "correct horse battery staple"


class Identity:
    """What a client sends to say who it is."""

    def __init__(self, cookies: SimpleCookie | None = None, headers: dict[str, str] | None = None) -> None:
        self._cookies = cookies or SimpleCookie()
        self._client = Client(headers=headers)

    def client(self) -> Client:
        """Return the client as it was at first, whatever earlier answers asked it to keep."""
        self._client.cookies = SimpleCookie({name: morsel.value for name, morsel in self._cookies.items()})
        return self._client


def anonymous() -> Identity:
    return Identity()


def inactive() -> Identity:
    user = _user(superuser=True)
    identity = _session(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    return identity


def viewer() -> Identity:
    return _session(_user())


def staff_viewer() -> Identity:
    """May look at the library's rows in the admin, and nothing else."""
    user = _user(is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="assemblies", codename__startswith="view")
    )
    return _session(user)


def operator() -> Identity:
    return _session(_user("Operators"))


def administrator() -> Identity:
    return _session(_user(superuser=True))


def granted() -> Identity:
    return _granted(_user(superuser=True))


def expired() -> Identity:
    identity = _granted(_user(superuser=True))
    over = timezone.now() - timedelta(seconds=1)
    DevModeGrant.objects.filter(user__username="me").update(expires_at=over)
    return identity


def other_session() -> Identity:
    """Another session of an administrator who is in Dev Mode."""
    user = _user(superuser=True)
    _granted(user)
    return _session(user)


def token() -> Identity:
    """A token of an administrator whose session is in Dev Mode."""
    user = _user("Administrators")
    _granted(user)
    return Identity(headers={"Authorization": f"Token {issue_token(user, ttl_seconds=3600, now=timezone.now())[0]}"})


def token_granted() -> Identity:
    text, record = issue_token(_user("Administrators"), ttl_seconds=3600, now=timezone.now())
    _grant(record.user, grants.token_digest(record))
    return Identity(headers={"Authorization": f"Token {text}"})


IDENTITIES: dict[str, Callable[[], Identity]] = {
    made.__name__: made
    for made in (
        anonymous, inactive, viewer, staff_viewer, operator, administrator, granted, expired, other_session, token,
        token_granted,
    )
}  # fmt: skip
# Pages know nothing of tokens.
OF_PAGES = (
    "anonymous", "inactive", "viewer", "staff_viewer", "operator", "administrator", "granted", "expired",
    "other_session",
)  # fmt: skip


def bystander() -> User:
    """Another administrator in Dev Mode, whose grant and token are there to be looked at and revoked."""
    user = User.objects.create_superuser("bystander", password=PASSWORD)
    _grant(user, grants.token_digest(issue_token(user, ttl_seconds=3600, now=timezone.now())[1]))
    return user


def _user(group: str = "", *, superuser: bool = False, is_staff: bool = False) -> User:
    user = User.objects.create_user("me", password=PASSWORD)
    user.is_superuser, user.is_staff = superuser, superuser or is_staff
    user.save()
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def _session(user: User) -> Identity:
    client = Client()
    client.force_login(user)
    return Identity(client.cookies)


def _granted(user: User) -> Identity:
    client = Client()
    client.force_login(user)
    _grant(user, grants.session_digest(str(client.session.session_key)))
    return Identity(client.cookies)


def _grant(user: User, bearer: str) -> None:
    # As a page does: it locks the user's row.
    with transaction.atomic():
        grants.issue(user, bearer, reason="matrix", remote_address="", now=timezone.now())
