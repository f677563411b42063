"""Small readers for bodies and query strings: strict, and every refusal names its field."""

from collections.abc import Collection
from enum import Enum
from typing import Any, TypeVar

from rest_framework.request import Request

from assemblies import documents
from assemblies.domains import Domain
from assemblies.errors import InvalidDocument, InvalidField, UnknownField

Choice = TypeVar("Choice", bound=Enum)
LONGEST_TEXT = 1000
LARGEST_NUMBER = 2**53
WORDS_OF_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def read_object(body: Any, known: Collection[str]) -> dict[str, Any]:
    """Return a JSON body, which must be an object of known fields. Raises InvalidDocument, UnknownField."""
    if not isinstance(body, dict):
        raise InvalidDocument("The body must be a JSON object.", field="document")
    for name in body:
        if name not in known:
            raise UnknownField(f"There is no such field; known are: {', '.join(sorted(known))}.", field=name)
    return body


def read_domain(value: Any, field: str) -> Domain:
    try:
        return Domain.from_wire(value)
    except ValueError:
        raise InvalidField("This must be official, community or user.", field=field) from None


def read_choice(value: Any, kind: type[Choice], field: str) -> Choice:
    words = [member.value for member in kind]
    if value not in words or not isinstance(value, str):
        raise InvalidField(f"This must be one of: {', '.join(words)}.", field=field)
    return kind(value)


def read_flag(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidField("This must be true or false.", field=field)
    return value


def read_sequence(value: Any, field: str) -> int:
    """Read the number of a revision."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_NUMBER:
        raise InvalidField("This must be the number of a revision.", field=field)
    return value


class Query:
    """A query string whose every parameter is known and given once. Raises UnknownField, InvalidField."""

    def __init__(self, request: Request, known: Collection[str]) -> None:
        self._texts: dict[str, str] = {}
        for name, values in request.query_params.lists():
            if name not in known:
                raise UnknownField(
                    f"There is no such query parameter; known are: {', '.join(sorted(known))}.", field=name
                )
            self._texts[name] = _one_text(values, name)

    def text(self, name: str, default: str = "") -> str:
        return self._texts.get(name) or default

    def flag(self, name: str) -> bool | None:
        """Return a flag, or None when it is not given."""
        if not (word := self.text(name)):
            return None
        if word.lower() not in WORDS_OF_FLAGS:
            raise InvalidField("This must be true or false.", field=name)
        return WORDS_OF_FLAGS[word.lower()]

    def number(self, name: str, default: int | None, *, minimum: int, maximum: int = LARGEST_NUMBER) -> int | None:
        if not (word := self.text(name)):
            return default
        number = int(word) if word.isascii() and word.isdecimal() and len(word) < 20 else -1
        if not minimum <= number <= maximum:
            raise InvalidField(f"This must be a whole number from {minimum} to {maximum}.", field=name)
        return number

    def choice(self, name: str, kind: type[Choice]) -> Choice | None:
        return read_choice(word, kind, name) if (word := self.text(name)) else None

    def domain(self, name: str = "domain") -> Domain | None:
        return read_domain(word, name) if (word := self.text(name)) else None


def _one_text(values: list[str], name: str) -> str:
    if len(values) > 1:
        raise InvalidField("This is given more than once.", field=name)
    if len(values[0]) > LONGEST_TEXT:
        raise InvalidField(f"This is longer than {LONGEST_TEXT} characters.", field=name)
    documents.check_value(values[0], name)
    return values[0]
