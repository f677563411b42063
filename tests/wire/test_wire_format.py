"""The API says today what it said when it was recorded; and nothing it can do was left out of the recording."""

import io
import re
from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from tests.wire import chapters
from tests.wire.conversation import Conversation

RECORDED = Path(__file__).parent / "recorded"
CHAPTERS = [module.name for module in iter_modules(chapters.__path__)]
REQUEST = re.compile(r"^=== \w+ ([A-Z]+) ([^?\n]+)", re.MULTILINE)
FIRST_DIFFERENCES = 3


@pytest.mark.sqlite("rows are numbered as they were recorded: each table from 1")
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_conversation_is_the_recorded_one(
    conversation: Conversation, chapter: str, request: pytest.FixtureRequest
) -> None:
    import_module(f"tests.wire.chapters.{chapter}").hold(conversation)
    file = RECORDED / f"{chapter}.txt"
    if getattr(request.config, "records_wire", False):
        file.write_text("\n".join(conversation.blocks) + "\n")
        return
    expected = re.split(r"\n(?==== )", file.read_text().removesuffix("\n"))
    found = conversation.blocks
    pairs = zip(expected, found, strict=False)
    differences = [f"recorded:\n{before}\nnow:\n{after}" for before, after in pairs if before != after]
    assert not differences, "\n\n".join(differences[:FIRST_DIFFERENCES])
    assert len(expected) == len(found)


def test_every_operation_is_part_of_a_conversation() -> None:
    operations = _operations()
    asked = {
        (_described(path.rstrip("/"), operations.keys()), method)
        for file in RECORDED.glob("*.txt")
        for method, path in REQUEST.findall(file.read_text())
    }
    assert {(path, method) for path, methods in operations.items() for method in methods} - asked == set()


def _operations() -> dict[str, set[str]]:
    """Return every path of the API's description with its methods."""
    out = io.StringIO()
    call_command("spectacular", stdout=out)
    described: dict[str, Any] = yaml.safe_load(out.getvalue())["paths"]
    return {path: {name.upper() for name in methods} for path, methods in described.items()}


def _described(path: str, known: Collection[str]) -> str:
    """Return the described path that a request's path is one of; a fixed word goes before a parameter."""
    matching = [one for one in known if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
    return min(matching, key=lambda one: one.count("{"), default="")
