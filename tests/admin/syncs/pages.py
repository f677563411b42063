"""The official catalogue's pages as an administrator uses them."""

from typing import Any

from django.test import Client

from assemblies.domains import Domain
from assemblies.models import Assembly

LIST = "/admin/assemblies/syncrecord/"
RUN, PLAN, UNDO = f"{LIST}run/", f"{LIST}plan/", f"{LIST}undo/"


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def official() -> int:
    return Assembly.objects.live().of_domain(Domain.OFFICIAL).count()


def page_after(answer: Any) -> str:
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text
