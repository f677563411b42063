"""Input that is taken literally: no unknown field, no number where text is asked for."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail


class LiteralText(serializers.CharField):
    """Text as it was sent; numbers and booleans are not made into text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class LiteralFlag(serializers.BooleanField):
    """true or false; neither a number nor a word that may mean one of them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know, by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(data.keys() - self.fields.keys())):
            message = ErrorDetail("This field is not known.", code="unknown_field")
            raise serializers.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)
