"""The pages of Dev Mode as an administrator uses them."""

import json
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client

from devmode.models import AuditEntry

PASSWORD = "correct horse battery staple"
PAGE, EXTEND, LEAVE, GRANTS = (f"/admin/dev-mode/{rest}" for rest in ("", "extend/", "leave/", "grants/"))
BACK = "/admin/assemblies/assembly/?q=a&b"
SENT = {"reason": "repair", "next": BACK}
BANNER = 'class="dev-mode-banner"'


def revocation(number: int) -> str:
    return f"{GRANTS}{number}/revoke/"


def administrator(name: str) -> User:
    user = User.objects.create_user(name, password=PASSWORD)
    user.groups.add(Group.objects.get(name="Administrators"))
    return user


def entered(client: Client) -> Client:
    assert client.post(PAGE, SENT).status_code == 302
    return client


def events(**wanted: str) -> list[tuple[str, str, str]]:
    kept = AuditEntry.objects.filter(**wanted).order_by("sequence")
    return [(entry.event, entry.actor, json.loads(entry.detail).get("code", "")) for entry in kept]


def text(answer: Any) -> str:
    return str(answer.content.decode())
