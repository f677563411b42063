"""Shapes of requests and responses. What is sent is taken literally: no unknown field, no number where text belongs."""

from collections.abc import Collection
from enum import Enum
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.validators import ProhibitSurrogateCharactersValidator

MAX_NUMBER = 2**53
MAX_VALUE_LENGTH = 1000
# What browsers, Python and other programs write for a flag, in any letter case.
WORDS_OF_FLAGS = dict.fromkeys(("true", "1", "yes", "on"), True) | dict.fromkeys(("false", "0", "no", "off"), False)


class NoSurrogates(ProhibitSurrogateCharactersValidator):
    """The framework's own looks at each character by itself, which is most of what reading a large text takes."""

    def __call__(self, value: Any) -> None:
        text = str(value)
        try:
            text.encode()
        except UnicodeEncodeError:
            super().__call__(text)


class LiteralText(serializers.CharField):
    """Text as it was sent; numbers and booleans are not made into text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)
        slow = ProhibitSurrogateCharactersValidator
        self.validators = [NoSurrogates() if isinstance(one, slow) else one for one in self.validators]

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


class QueryFlag(serializers.BooleanField):
    """A flag where only text can be sent: in a query or a form."""

    def to_internal_value(self, data: Any) -> bool:
        if data.lower() not in WORDS_OF_FLAGS:
            self.fail("invalid", input=data)
        return WORDS_OF_FLAGS[data.lower()]


class LiteralNumber(serializers.IntegerField):
    """A whole number; neither a fraction nor a text that looks like one."""

    def __init__(self, *, min_value: int = 0, max_value: int = MAX_NUMBER, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class QueryNumber(LiteralNumber):
    """A whole number where only text can be sent: its digits and nothing else."""

    def to_internal_value(self, data: Any) -> int:
        if not (data.isascii() and data.isdecimal() and len(data) <= len(str(MAX_NUMBER))):
            self.fail("invalid")
        return int(data)


class EnumWord(serializers.ChoiceField):
    """One of the words of an enumeration, which is what it is read as."""

    def __init__(self, words: type[Enum], **options: Any) -> None:
        self.words = words
        super().__init__([word.value for word in words], **options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", input=data)
        return self.words(data)

    def to_representation(self, value: Any) -> Any:
        return value


class Shape(serializers.Serializer[Any]):
    """What is sent. Refuses fields it does not know, by name."""

    # Whether what is described is all that may be sent.
    is_closed = True

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            check_names(data.keys(), self.fields.keys())
        return super().to_internal_value(data)


class Query(Shape):
    """What may stand after the question mark. An empty value is the same as none."""

    def to_internal_value(self, data: Any) -> Any:
        if long := [name for name, value in data.items() if len(value) > MAX_VALUE_LENGTH]:
            words = f"This is longer than {MAX_VALUE_LENGTH} characters."
            raise serializers.ValidationError({name: [words] for name in long})
        return super().to_internal_value({name: value for name, value in data.items() if value})


# A list says itself what it is: a page of results or all of them.
@extend_schema_serializer(many=False)
class Answer(serializers.Serializer[Any]):
    """What is answered."""


def check_names(sent: Collection[str], known: Collection[str]) -> None:
    """Raise ValidationError for names that are not known."""
    if unknown := sorted(set(sent) - set(known)):
        names = ", ".join(sorted(known))
        words = f"This is not known here; known are: {names}." if names else "This is not known here; nothing is."
        raise serializers.ValidationError({name: [ErrorDetail(words, code="unknown_field")] for name in unknown})
