"""The first administrator: without one nobody could log in to a new library."""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User

GENERATED_PASSWORD_BYTES = 15


@dataclass(frozen=True)
class FirstAdministrator:
    """The account just made; `password` only when it was generated, and available nowhere else."""

    username: str
    password: str | None


def ensure_administrator() -> FirstAdministrator | None:
    """Make an administrator when there is no user at all; the caller must let nobody else in meanwhile."""
    if User.objects.exists():
        return None
    generated = None if settings.ADMIN_PASSWORD else secrets.token_urlsafe(GENERATED_PASSWORD_BYTES)
    User.objects.create_superuser(settings.ADMIN_USERNAME, password=generated or settings.ADMIN_PASSWORD)
    return FirstAdministrator(settings.ADMIN_USERNAME, generated)
