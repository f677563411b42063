"""The chain's hashes are those of every release: quicker ways to spell an entry spell the same bytes."""

import hashlib
import json
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devmode.chain import chained_hash

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
# Beyond 64 bits too, which only the slow way takes.
FACTS = st.dictionaries(TEXTS, TEXTS | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False))


class Word(StrEnum):
    USER = "user"


def first_release(previous: str, facts: dict[str, Any]) -> str:
    text = json.dumps([previous, facts], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@given(TEXTS, FACTS)
def test_any_facts_are_spelled_as_by_the_first_release(previous: str, facts: dict[str, Any]) -> None:
    assert chained_hash(previous, facts) == first_release(previous, facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"b": '\x00\x1f\x7f\x80\u2028"\\/</\n\t\r\b\f', "a": "\N{SNOWMAN}\N{PILE OF POO}"},
        {"sequence": 2**63 - 1, "dev_mode": True},
        {"sequence": 2**64},
        {"seconds": 1e16, "less": 1e-7},
        {"domain": Word.USER},
        {"detail": {"nested": [1, 0.1]}},
    ],
)
def test_what_encoders_spell_in_several_ways(facts: dict[str, Any]) -> None:
    assert chained_hash("0" * 64, facts) == first_release("0" * 64, facts)


def test_half_a_character_has_no_hash() -> None:
    with pytest.raises(UnicodeEncodeError):
        chained_hash("", {"name": "\ud800"})
