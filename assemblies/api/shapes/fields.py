"""Fields with the library's own rules. A rule raises the library's facts, which name the field themselves."""

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.drainage import set_override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from assemblies import documents
from assemblies.domains import AssemblyType, Domain, ExitMeaning, OperatingSystem
from devmode.api.shapes import EnumWord

Rule = Callable[[Any, str], Any]
# 32 or 40 hexadecimal digits, or a UUID.
GUID = {
    "type": "string",
    "pattern": "^([0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$",
}
NULL = {"nullable": True}
NAME = {"type": "string", "minLength": 1, "maxLength": 255}
OBJECT = {"type": "object", "additionalProperties": {}}
TAGS = {"oneOf": [{"type": "array", "items": {}}, OBJECT]}
VERSION = {"oneOf": [{"type": "number"}, {"type": "string"}]}
DOCUMENT = {"oneOf": [{"type": "string"}, OBJECT]}


class Ruled(serializers.Field[Any, Any, Any, Any]):
    """A field read by a rule, which is also what decides about null and about what is missing.

    `schema` describes what the rule accepts, for the API's description. Where a shape is `whole`, what is missing is
    read as null is; else it has its `default`, or is left out.
    """

    def __init__(self, rule: Rule, schema: Mapping[str, Any], **options: Any) -> None:
        super().__init__(**options)
        self.rule = rule
        set_override(self, "field", dict(schema))

    def run_validation(self, data: Any = empty) -> Any:
        return self.rule(_sent(self, data), str(self.field_name))


class TypeWord(serializers.ChoiceField):
    """The type of an assembly, as sent: how it is read depends on what the assembly was."""

    def __init__(self, **options: Any) -> None:
        super().__init__(AssemblyType.choices, **options)

    def run_validation(self, data: Any = empty) -> Any:
        return _sent(self, data)


def _sent(field: Any, data: Any) -> Any:
    """Return what was sent of a field, None or its default where nothing was. Raises SkipField."""
    if data is not empty:
        return data
    return None if field.required or getattr(field.parent, "whole", False) else field.get_default()


# Patterns, for the description would name an enumeration again after each field that has it.
@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(Domain.values)}|user_created)$"})
class DomainWord(EnumWord):
    """A domain as it is sent: its wire name; `user_created` is accepted for `user`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Domain, **options)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return Domain.from_wire(data)
        except ValueError:
            self.fail("invalid_choice", input=data)


@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(Domain.values)})$"})
class DomainName(serializers.CharField):
    """A domain as it is answered: its wire name."""


@extend_schema_field(TAGS)
class Tags(serializers.JSONField):
    """A list, or an object as older documents have it."""


@extend_schema_field({"type": "array", "items": {"type": "string", "enum": OperatingSystem.values}})
class OperatingSystems(serializers.JSONField):
    """The systems an assembly is for."""


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "enum": ExitMeaning.values}})
class ExitCodes(serializers.JSONField):
    """What exit codes mean, by the code in digits."""


@extend_schema_field(VERSION)
class Version(serializers.JSONField):
    """A number or a short text, as written."""


@extend_schema_field(OpenApiTypes.OBJECT)
class JSONObject(serializers.JSONField):
    """Any JSON object."""


class Time(serializers.DateTimeField):
    """A time, in the one spelling of all JSON that leaves the library."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format=None, **options)


def read_guid(value: Any, _field: str) -> str | None:
    """Return a GUID in its normalised spelling, or None where none is given. Raises InvalidGuid."""
    return None if value is None else documents.normalise_guid(value)


def read_name(value: Any, field: str) -> str | None:
    """Return a display name, or None where none is given. Raises InvalidField."""
    return None if value is None else documents.normalise_name(value, field)


def as_sent(value: Any, _field: str) -> Any:
    """Leave a value to be read together with others."""
    return value
