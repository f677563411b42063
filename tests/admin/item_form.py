"""What a browser sends from the page of an assembly when nobody touches anything: every field, lines ended by CRLF."""

import re
from typing import Any

from django.test import Client

PAGE = "/admin/assemblies/assembly/{}/change/"


def address(guid: str, page: str = "change") -> str:
    return f"/admin/assemblies/assembly/{guid}/{page}/"


def shown(client: Client, guid: str) -> str:
    answer = client.get(address(guid))
    assert answer.status_code == 200
    return answer.content.decode()


def filled(client: Client, path: str) -> dict[str, str]:
    """Open a page and return its form's fields as a browser would send them."""
    answer = client.get(path)
    assert answer.status_code == 200
    return fields_of(answer)


def fields_of(answer: Any) -> dict[str, str]:
    """Return the fields of the form in an answer."""
    context, sent = answer.context, {}
    for field in context["form"]:
        sent[field.html_name] = field.value()
    sent["operating_systems_shown"] = "1"
    if editing := context.get("editing"):
        sent |= {"revision": editing.base.number, "rows_of": editing.rows_of.number}
    if rows := context["variable_rows"]:
        for place, row in enumerate(rows.shown_rows, start=1):
            sent |= {field.html_name: field.value() for field in row} | {f"{row.prefix}-ORDER": place}
        sent |= {f"variables-{name}": value for name, value in rows.management_form.initial.items()}
        if rows.is_bound:
            sent |= {f"variables-{name}_FORMS": str(len(rows.forms)) for name in ("TOTAL", "INITIAL")}
    return {name: as_sent(value) for name, value in sent.items() if value is not None and value is not False}


def as_sent(value: Any) -> Any:
    if isinstance(value, list):
        return value
    return "on" if value is True else re.sub(r"\r\n|\r|\n", "\r\n", str(value))


def texts_of(answer: Any) -> list[str]:
    """Return what the messages on the page say."""
    return [str(message) for message in answer.context["messages"]]
