"""The doors, and the rules that concern each of them."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management import get_commands, load_command_class
from drf_spectacular.generators import SchemaGenerator

from tests.matrix.routes import BODIES, Route, routes

TABLE = Path(__file__).with_name("table.csv")
APP = "assemblies"
METHODS = ("get", "post", "put", "patch", "delete")
Rules = dict[str, list[str]]


@dataclass(frozen=True)
class Operation:
    """One operation of the API. `facts` is what its description says."""

    method: str
    path: str
    route: Route
    facts: dict[str, Any] = field(hash=False)

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def parameters(self) -> set[str]:
        return {parameter["name"] for parameter in self.facts.get("parameters", ()) if parameter["in"] != "query"}

    @property
    def reads_json(self) -> bool:
        return "application/json" in self.facts.get("requestBody", {}).get("content", {})

    @property
    def is_for_devices(self) -> bool:
        return self.facts.get("security") == [{"device": []}]


def operations() -> list[Operation]:
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    by_path = {re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{route.pattern}"): route for route in routes()}
    return [
        Operation(method, path, by_path[path], facts)
        for path, methods in schema["paths"].items()
        for method, facts in methods.items()
        if method in METHODS and path.startswith("/api/")
    ]


def rules_of(operation: Operation) -> Iterator[str]:
    """Yield the rules that concern an operation, as it declares itself."""
    if operation.is_for_devices:
        yield "devices only"
        return
    yield "undeclared query"
    if operation.reads_json:
        yield from ("broken JSON", "unknown field", "body too large")
    if "guid" in operation.parameters:
        yield "missing assembly"
    if "If-Match" in operation.parameters:
        yield "stale If-Match"
    if "Idempotency-Key" in operation.parameters:
        yield "key of another request"


def forms_with_revision() -> list[Route]:
    """Return the pages that change what was seen at one revision."""
    return [route for route in routes() if "{revision}" in (BODIES.get((route.name, "POST")) or {}).values()]


def command_names() -> list[str]:
    return sorted(name for name, app in get_commands().items() if app == APP)


def rules_of_command(name: str) -> Iterator[str]:
    command: Any = load_command_class(APP, name)
    options = {
        option for action in command.create_parser("manage.py", name)._actions for option in action.option_strings
    }
    yield "help with examples"
    if "--dry-run" in options:
        yield "a dry run changes nothing"
    if "--allow-mass-removal" in options:
        yield "mass removal needs its flag"


def found() -> Rules:
    doors: Rules = {operation.name: [*rules_of(operation)] for operation in operations()}
    doors |= {f"page {route.name}": ["stale form"] for route in forms_with_revision()}
    return doors | {f"command {name}": [*rules_of_command(name)] for name in command_names()}


def read_table() -> Rules:
    with TABLE.open(newline="") as file:
        return {door: rules for door, *rules in csv.reader(file)}


def write_table(doors: Rules) -> None:
    with TABLE.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([door, *rules] for door, rules in sorted(doors.items()))
