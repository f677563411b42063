"""The list of the library as somebody reads it."""

from collections.abc import Callable
from typing import Any

from django.test import Client

LIST = "/admin/assemblies/assembly/"
Budget = Callable[[int], Any]


def page(client: Client, **query: str) -> str:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(client: Client, **query: str) -> list[str]:
    return [row.content.display_name for row in client.get(LIST, query).context["rows"]]
