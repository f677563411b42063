"""Secrets in output, however they are cut, wrapped or encoded."""

import base64
import json
import random
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assemblies.supervision.masking import MASK, Masker

SECRET = "s3cr3t 'Canary' \"ünï\" & more"
KEY = (
    "-----BEGIN KEY-----\n"
    + "\n".join(f"line{number:02d}-of-a-private-key" for number in range(20))
    + "\n-----END KEY-----\n"
)


def masked(secrets: list[str], *pieces: bytes) -> bytes:
    masker = Masker(secrets)
    return b"".join([*(masker.feed(piece) for piece in pieces), masker.finish()])


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
@pytest.mark.parametrize(
    "spelled",
    [
        SECRET.encode(),
        SECRET.encode("utf-16-le"),
        json.dumps(SECRET)[1:-1].encode(),
        json.dumps(SECRET, ensure_ascii=False)[1:-1].encode(),
        urllib.parse.quote(SECRET, safe="").encode(),
        SECRET.replace("'", "'\\''").encode(),
    ],
    ids=["as it is", "UTF-16", "JSON", "JSON in UTF-8", "URL", "shell"],
)
def test_a_secret_is_masked_in_each_spelling_wherever_output_is_cut(spelled: bytes, size: int) -> None:
    data = b"before " + spelled + b" between " + spelled + spelled + b" after"
    assert masked([SECRET], *cut(data, size)) == b"before " + MASK + b" between " + MASK + MASK + b" after"


@pytest.mark.parametrize("size", [1, 5, 100_000])
@pytest.mark.parametrize("before", [b"", b"x", b"xy", b"xyz"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes])
def test_a_secret_is_masked_in_base64_of_any_alignment_wrapped_or_not(before: bytes, encode, size: int) -> None:  # type: ignore[no-untyped-def]
    secret = "\u00ff\u00fe~~?? a longer secret than a line of base64 has room for, so that it must be wrapped"
    text = encode(before + secret.encode() + b" and what follows it")
    clean = masked([secret], *cut(text, size))
    assert MASK in clean
    # At either edge one character is made of bits of the secret and of bits next to it.
    decided = len(secret.encode()) * 8 // 6 - 1
    assert len(clean.replace(MASK, b"").translate(None, b"\n")) <= len(text.translate(None, b"\n")) - decided


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_secret_of_several_lines_is_masked_whole_and_line_by_line(ends: str) -> None:
    whole = KEY.replace("\n", ends)
    assert masked([KEY], b"a:" + whole.encode() + b":b").replace(ends.encode(), b"") == b"a:" + MASK + b":b"
    indented = "".join(f"  {line}\n" for line in KEY.splitlines())
    assert masked([KEY], indented.encode()) == b"  " + MASK + b"\n" + (b"  " + MASK + b"\n") * 21


def test_a_secret_that_a_terminal_wrapped_is_masked() -> None:
    assert masked(["hunter2hunter2"], b"pw: hunter2h\r\nunter2!") == b"pw: " + MASK + b"!"


def test_the_beginning_of_a_secret_that_does_not_go_on_is_output() -> None:
    assert masked(["hunter2"], b"hunt", b"ing hunter", b"s") == b"hunting hunters"
    masker = Masker(["hunter2"])
    assert masker.feed(b"a line\n") == b"a line\n", "what cannot be a secret is not held back"


def test_output_without_secrets_passes_as_it_is() -> None:
    data = random.Random(1).randbytes(5000)
    assert masked([], data) == data
    assert masked([""], data) == data


_texts = st.text(alphabet="ab1", min_size=1, max_size=6)


@given(
    st.lists(_texts, min_size=1, max_size=3), st.lists(st.sampled_from([b"a", b"b", b"1", b"x", b"\n"]), max_size=40)
)
def test_how_output_is_cut_makes_no_difference(secrets: list[str], pieces: list[bytes]) -> None:
    assert masked(secrets, *pieces) == masked(secrets, b"".join(pieces))


@given(st.lists(_texts, min_size=1, max_size=3), st.text(alphabet="ab1x", max_size=40))
def test_nothing_of_a_secret_is_left(secrets: list[str], text: str) -> None:
    clean = masked(secrets, text.encode())
    for part in clean.split(MASK):
        assert not any(secret.encode() in part for secret in secrets)


def test_a_secret_that_repeats_itself_takes_no_memory() -> None:
    masker = Masker(["aa"])
    assert sum(len(masker.feed(b"a" * 65536)) for _ in range(20)) < 65536
    assert masker.finish() == b""
