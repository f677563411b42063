"""Line ends and byte order marks on their way through a browser."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assemblies.documents.payload_text import payload_from_editing, text_for_editing, usual_line_end


def as_browser(text: str) -> str:
    """What a text box sends: every line end becomes CRLF."""
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"one",
        b"one\n",
        b"\n\none\ntwo\n",
        b"one\r\ntwo\r\n",
        b"one\rtwo\r",
        b"one\r\ntwo\nthree\rfour",
        b"\xef\xbb\xbfone\r\ntwo",
        b"\xef\xbb\xbf",
        b"tab\tand \x1b escape\x0b\x0c\n",
        "zero\u200bwidth\u2028line\n".encode(),
    ],
)
def test_text_that_nobody_changed_keeps_its_bytes(stored: bytes) -> None:
    text = text_for_editing(stored)
    assert text is not None
    assert "\r" not in text
    assert not text.startswith("\ufeff")
    assert payload_from_editing(as_browser(text), stored) == stored


@pytest.mark.parametrize(
    ("stored", "typed", "kept"),
    [
        (b"one\ntwo\n", "one\r\n2\r\n", b"one\n2\n"),
        (b"one\r\ntwo\r\n", "one\r\n2\r\nthree\r\n", b"one\r\n2\r\nthree\r\n"),
        (b"one\rtwo\r", "one\r\n2\r\n", b"one\r2\r"),
        (b"one\r\ntwo\nthree\r\nfour\n", "one\r\ntwo\r\n3\r\nfour\r\n", b"one\r\ntwo\n3\r\nfour\n"),
        (b"one\r\ntwo", "one\r\ntwo\r\n", b"one\r\ntwo\r\n"),
        (b"one\r\n", "one", b"one"),
        (b"\xef\xbb\xbfone\r\n", "1\r\n", b"\xef\xbb\xbf1\r\n"),
        (b"", "one\r\ntwo", b"one\ntwo"),
        (b"one\n", "", b""),
    ],
)
def test_changed_text_has_the_line_ends_that_were_there(stored: bytes, typed: str, kept: bytes) -> None:
    assert payload_from_editing(typed, stored) == kept


def test_a_new_text_ends_its_lines_with_a_line_feed() -> None:
    assert payload_from_editing("one\r\ntwo\r\n") == b"one\ntwo\n"


@pytest.mark.parametrize("stored", [b"a\0b", b"\xff\xfe"])
def test_what_is_no_text_cannot_be_edited(stored: bytes) -> None:
    assert text_for_editing(stored) is None
    assert payload_from_editing("now text", stored) == b"now text"


def test_the_usual_line_end_is_the_most_frequent_one() -> None:
    assert usual_line_end("one\r\ntwo\r\nthree\n") == "\r\n"
    assert usual_line_end("none") == "\n"


@given(st.text(alphabet="ab\r\n\ufeff"), st.text(alphabet="ab\r\n"))
def test_whatever_is_typed_reads_back_as_typed(stored: str, typed: str) -> None:
    kept = payload_from_editing(as_browser(typed), stored.encode())
    assert text_for_editing(kept) == re.sub(r"\r\n|\r", "\n", typed)
    text = text_for_editing(stored.encode())
    assert text is not None
    assert payload_from_editing(as_browser(text), stored.encode()) == stored.encode()
