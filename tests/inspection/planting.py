"""Faults planted in a library, and what `verify_library` finds."""

from django.db import connections

from tests.commands.calling import Called, call


def found(called: Called) -> set[tuple[str, str]]:
    return {(finding["kind"], finding["subject"]) for finding in called.answer["findings"]}


def verify() -> Called:
    return call("verify_library", "--json")


def execute(alias: str, statement: str, *parameters: str | int) -> None:
    """Change a database behind the library's back."""
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, parameters)
