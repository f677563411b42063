"""Texts that are sent: halves of surrogate pairs are refused in the framework's words, large texts are read quickly."""

import time
from collections.abc import Callable

import pytest
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from assemblies.api.fleet.work_shapes import Base64Bytes
from devmode.api.shapes import LiteralText, NoSurrogates

LARGE = "wörld " * 100_000


def refusal_of(check: Callable[[str], object], text: str) -> ErrorDetail:
    with pytest.raises(ValidationError) as refused:
        check(text)
    (detail,) = refused.value.detail
    assert isinstance(detail, ErrorDetail)
    return detail


def processor_seconds(check: Callable[[str], object]) -> float:
    started = time.process_time()
    check(LARGE)
    return time.process_time() - started


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "ü\udc00b"])
def test_half_of_a_pair_is_refused_as_by_the_framework(text: str) -> None:
    found = refusal_of(LiteralText().run_validation, text)
    assert found == refusal_of(ProhibitSurrogateCharactersValidator(), text)
    assert found.code == "surrogate_characters_not_allowed"


@pytest.mark.parametrize("text", ["", "plain", "\U0001f600", "ü\uffff"])
def test_every_other_text_is_taken(text: str) -> None:
    assert LiteralText(allow_blank=True).run_validation(text) == text


def test_a_large_text_is_read_in_a_tenth_of_the_time() -> None:
    quick, slow = (
        min(processor_seconds(one) for _time in range(5))
        for one in (NoSurrogates(), ProhibitSurrogateCharactersValidator())
    )
    assert quick < slow / 10


def test_bytes_are_not_asked_what_texts_are() -> None:
    assert Base64Bytes().run_validation("AAAA") == b"\0\0\0"
