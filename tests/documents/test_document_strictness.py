"""Each line of the strictness rules: refused, within a second, naming the field."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from assemblies.documents import canonical_json, check_value, parse_json, read_document
from assemblies.documents.decoding import MAX_DEPTH
from assemblies.documents.limits import max_json_bytes
from assemblies.errors import DocumentTooLarge, InvalidDocument, InvalidField, LibraryError
from tests.documents.document_builders import MAX_BYTES, as_base64, authoring, envelope, graph, read
from tests.patience import at_most

MEBIBYTE = 1 << 20
LARGEST = max_json_bytes(MAX_BYTES)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def refusal(raw: bytes | str) -> LibraryError:
    """Return the error, which has to come within a second."""
    with at_most(1), pytest.raises(LibraryError) as caught:
        read_document(raw, max_bytes=MAX_BYTES)
    return caught.value


REFUSED = {
    "NaN": ('{"name": "x", "variables": [{"name": "a"}, {"default": NaN}]}', "variables[1].default"),
    "Infinity": ('{"a": {"b": [0, Infinity]}}', "a.b[1]"),
    "minus infinity": ('{"a": -Infinity}', "a"),
    "an overflowing float": ('{"a": 1e400}', "a"),
    "an integer of 65 bits": ('{"a": 18446744073709551616}', "a"),
    "a negative integer of 65 bits": ('{"a": -9223372036854775809}', "a"),
    "an integer of many digits": ('{"a": ' + "9" * 5000 + "}", "a"),
    "a key given twice": ('{"a": {"b": 1, "c": 2, "b": 3}}', "a.b"),
    "a key given twice at the top": ('{"name": "x", "name": "x"}', "name"),
    "a lone surrogate": ('{"a": ["\\ud800"]}', "a[0]"),
    "a lone surrogate in a key": ('{"a": {"\\udfff": 1}}', "a.\\udfff"),
    "NUL in a text": ('{"variables": [{"name": "a\\u0000b"}]}', "variables[0].name"),
    "NUL in a key": ('{"a\\u0000": 1}', "a\\u0000"),
    "NUL in a plain script": ('{"name": "x", "type": "bash", "script": "a\\u0000"}', "script"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "document"),
    "UTF-16": ("{}".encode("utf-16"), "document"),
    "invalid UTF-8": (b'{"a": "\xc3\x28"}', "document"),
    "an encoded surrogate": (b'{"a": "\xed\xa0\x80"}', "document"),
    "half a document": ('{"a": ', "document"),
    "text after the document": ("{} {}", "document"),
    "a raw line break in a text": ('{"a": "\n"}', "document"),
    "a trailing comma": ('{"a": 1,}', "document"),
    "nothing": (b"", "document"),
    "a list": ("[]", "document"),
    "a number": ("1", "document"),
    "null": ("null", "document"),
    "65 levels": (json.dumps(authoring(extra=nested(MAX_DEPTH))), "extra" + "[0]" * 63),
    "65 levels that end in nothing": (
        json.dumps(authoring(extra=json.loads("[" * 64 + "]" * 64))),
        "extra" + "[0]" * 63,
    ),
    "100 levels that end in nothing": ("[" * 100 + "]" * 100, "document"),
    "100 levels": (json.dumps(authoring(extra=nested(100))), "document"),
}


@pytest.mark.parametrize("raw, field", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_strict_json_is_refused_by_name(raw: bytes | str, field: str) -> None:
    fault = refusal(raw)
    assert isinstance(fault, InvalidDocument)
    assert fault.detail["field"] == field


FULL_SIZE: dict[str, Callable[[], bytes | str]] = {
    "open lists": lambda: "[" * MEBIBYTE,
    "open objects": lambda: '{"a":' * (MEBIBYTE // 5),
    "many short lists": lambda: "[" + "[]," * (MEBIBYTE // 3 - 2) + "[]]",
    "many short texts": lambda: "[" + '"",' * (MEBIBYTE // 3 - 2) + '""]',
    "many numbers": lambda: "[" + "1," * (MEBIBYTE // 2 - 2) + "1]",
    "many NaN": lambda: "[" + "NaN," * (MEBIBYTE // 4 - 2) + "1]",
    "one long integer": lambda: '{"a":' + "9" * (MEBIBYTE - 10) + "}",
    "one long float": lambda: '{"a":' + "9" * (MEBIBYTE - 10) + ".5}",
    "escaped quotes without end": lambda: '{"a":"' + '\\"' * (MEBIBYTE // 2 - 10),
    "backslashes without end": lambda: '"' + "\\" * (MEBIBYTE - 1),
    "deep brackets after an open text": lambda: '"' + '\\"[' * (MEBIBYTE // 3 - 1),
    "quotes": lambda: '"' * MEBIBYTE,
    "white space": lambda: " " * MEBIBYTE,
    "the same key": lambda: "{" + '"a":1,' * (MEBIBYTE // 6 - 2) + '"a":1}',
    "surrogates": lambda: "[" + '"\\ud800",' * (MEBIBYTE // 9 - 2) + "1]",
    "bytes that are no UTF-8": lambda: b'{"a":"' + b"\xff" * (MEBIBYTE - 10),
    "a key of a mebibyte": lambda: '{"' + "k" * (MEBIBYTE - 20) + '":1e400}',
    "bad base64": lambda: json.dumps(authoring(script_encoding="base64") | {"script": "A" * (MEBIBYTE - 500) + "="}),
    "variables of one name": lambda: json.dumps(authoring(variables=[{"name": "a"}] * 60_000)),
    "files of one name": lambda: json.dumps(authoring(files=[{"file_name": "a", "data": ""}] * 25_000)),
    "a deep workflow in base64": lambda: json.dumps({"type": "workflow", "workflow": as_base64(b"[" * 700_000)}),
}


@pytest.mark.parametrize("build", FULL_SIZE.values(), ids=FULL_SIZE.keys())
def test_a_hostile_mebibyte_is_refused_within_a_second(build: Callable[[], bytes | str]) -> None:
    fault = refusal(build())
    assert isinstance(fault, InvalidDocument)
    assert len(fault.detail["field"]) < 300


@pytest.mark.parametrize("raw", [b"[" * (LARGEST + 1), "[" * (LARGEST + 1), "\u20ac" * (LARGEST // 2)])
def test_a_document_over_the_limit_is_refused_before_it_is_parsed(raw: bytes | str) -> None:
    fault = refusal(raw)
    assert isinstance(fault, DocumentTooLarge)
    assert fault.detail["limit_bytes"] == LARGEST


def test_a_document_of_exactly_the_limit_is_read() -> None:
    raw = json.dumps(authoring()).encode().ljust(max_json_bytes(1000))
    assert read_document(raw, max_bytes=1000).display_name == "Say hello"
    with pytest.raises(DocumentTooLarge):
        read_document(raw + b" ", max_bytes=1000)


def test_sixty_four_levels_are_read_and_survive_every_wrapping() -> None:
    document = read(authoring(extra=nested(MAX_DEPTH - 1)))
    assert document.extra == {"extra": nested(MAX_DEPTH - 1)}
    wrapped = envelope(authoring(extra=nested(MAX_DEPTH - 1)))
    assert read(wrapped).extra == document.extra
    assert parse_json(json.dumps(nested(MAX_DEPTH)), max_bytes=MAX_BYTES) == nested(MAX_DEPTH)
    with pytest.raises(InvalidDocument):
        parse_json(json.dumps(nested(MAX_DEPTH + 1)), max_bytes=MAX_BYTES)


@pytest.mark.parametrize(
    "part",
    [
        {"metadata": {"deep": nested(MAX_DEPTH - 1)}},
        {"envelope_extra": {"deep": nested(MAX_DEPTH)}},
        {"type": "workflow", "workflow": graph(deep=nested(MAX_DEPTH))},
    ],
    ids=["metadata", "envelope_extra", "graph"],
)
def test_no_part_is_deeper_than_a_flat_document_may_be(part: dict[str, Any]) -> None:
    with pytest.raises(InvalidDocument, match="64 levels"):
        read(authoring() | part)


def test_brackets_inside_text_are_not_depth() -> None:
    text = '\\"[[[{{' * 200
    assert parse_json(json.dumps([text]), max_bytes=MAX_BYTES) == [text]


@pytest.mark.parametrize("number", [2**64 - 1, -(2**63), 0.1, -0.0, 1e308, 5e-324])
def test_numbers_at_the_edge_are_read_as_they_are(number: float) -> None:
    assert canonical_json(parse_json(json.dumps(number), max_bytes=100)) == canonical_json(number)


@pytest.mark.parametrize(
    "value, field",
    [
        ({"a": [float("nan")]}, "a[0]"),
        ({"a": 2**64}, "a"),
        ({"a": "\ud800"}, "a"),
        ({"a": "\0"}, "a"),
        ({1: 2}, "document"),
        ({"a": {3: 4}}, "a"),
        ({"a": b"bytes"}, "a"),
        ({"a": {1, 2}}, "a"),
        ({"a": nested(100)}, "a" + "[0]" * 65),
        (
            {"name": "x", "type": "bash", "script": "", "a": [[]]} | {"b": json.loads("[" * 64 + "]" * 64)},
            "b" + "[0]" * 63,
        ),
    ],
)
def test_a_value_decoded_elsewhere_is_held_to_the_same_rules(value: Any, field: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read_document(value, max_bytes=MAX_BYTES)
    assert caught.value.detail["field"] == field


def test_a_value_decoded_elsewhere_is_bounded_in_size() -> None:
    with pytest.raises(DocumentTooLarge):
        read_document(authoring(extra="x" * max_json_bytes(200)), max_bytes=200)
    assert read_document(authoring(), max_bytes=MAX_BYTES) == read(authoring())


def test_a_bare_value_that_is_not_json_names_the_document() -> None:
    with pytest.raises(InvalidField) as caught:
        check_value("\ud800")
    assert caught.value.detail["field"] == "document"


def test_the_path_of_a_text_inside_another_begins_where_it_stands() -> None:
    with pytest.raises(InvalidField) as caught:
        parse_json('{"a": 1e999}', max_bytes=100, field="payload.workflow")
    assert caught.value.detail["field"] == "payload.workflow.a"
