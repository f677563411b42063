"""The variables a person fills in before a run.

Names of keys are brought to one spelling; values stay as they were written (a number's default is text in real
documents), unknown keys stay, and no key is invented.
"""

from typing import Any

from assemblies.documents.decoding import check_value, step
from assemblies.documents.fields import MAX_NAME_LENGTH, MAX_SUMMARY_LENGTH, line, text
from assemblies.documents.shapes import spelt_once
from assemblies.errors import InvalidField

_SPELLINGS = {"key": "name", "default_value": "default"}
_TEXT_LIMITS = {"label": MAX_NAME_LENGTH, "type": 64, "description": MAX_SUMMARY_LENGTH}


def normalise_variables(value: object, field: str = "variables") -> list[dict[str, Any]]:
    """The list with one spelling per key. Raises InvalidField naming the entry."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidField("This must be a list.", field=field)
    check_value(value, field)
    variables: dict[str, dict[str, Any]] = {}
    for index, entry in enumerate(value):
        variable = _variable(entry, step(field, index))
        if variable["name"] in variables:
            raise InvalidField("Another variable has this name.", field=step(step(field, index), "name"))
        variables[variable["name"]] = variable
    return list(variables.values())


def _variable(entry: object, field: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise InvalidField("This must be an object.", field=field)
    for alias, name in _SPELLINGS.items():
        spelt_once(entry, (name, alias), field)
    variable = _renamed(entry)
    line(variable.get("name"), step(field, "name"), MAX_NAME_LENGTH)
    for key, limit in _TEXT_LIMITS.items():
        if variable.get(key) is not None:
            text(variable[key], step(field, key), limit)
    if not isinstance(variable.get("required"), bool | None):
        raise InvalidField("This must be true or false.", field=step(field, "required"))
    order = variable.get("order")
    if isinstance(order, bool) or not isinstance(order, int | float | None):
        raise InvalidField("This must be a number.", field=step(field, "order"))
    return variable


def _renamed(entry: dict[str, Any]) -> dict[str, Any]:
    variable: dict[str, Any] = {}
    for key, value in entry.items():
        name = _SPELLINGS.get(key, key)
        # A null under one spelling says nothing against a value under the other.
        if variable.get(name) is None:
            variable[name] = value
    return variable
