"""What an assembly needs where it runs: kept in documents only where it is said, refused when people write nonsense."""

from typing import Any

import pytest

from assemblies.documents import Style, read_document, write_document
from assemblies.documents.run_fields import RUN_FIELDS, folded_into_extra
from assemblies.errors import InvalidField
from tests.documents.document_builders import authoring, envelope, read

SAID: dict[str, Any] = {
    "operating_systems": ["windows", "macos"],
    "run_as": "system",
    "interpreter_arguments": ["-STA", "-Version 5.1"],
    "exit_codes": {"-1": "failure", "0": "success", "1": "warning", "3010": "reboot"},
    "minimum_version": "5.1",
}


@pytest.mark.parametrize("style", list(Style))
def test_every_style_gives_them_back(style: Style) -> None:
    document = read(authoring(**SAID))
    again = read_document(write_document(document, style), max_bytes=1 << 20)
    assert {name: getattr(again, name) for name in RUN_FIELDS} == SAID
    assert again.content_hash == read(envelope(authoring(**SAID))).content_hash


def test_what_is_not_said_is_not_written_and_hashes_as_before() -> None:
    document = read(authoring())
    assert [getattr(document, name) for name in RUN_FIELDS] == [[], "", [], {}, ""]
    assert not RUN_FIELDS.keys() & write_document(document, Style.AUTHORING).keys()
    assert read(authoring(run_as="user")).content_hash != document.content_hash


@pytest.mark.parametrize(
    "odd",
    [
        {"operating_systems": "windows"},
        {"run_as": {"name": "x"}},
        {"exit_codes": {"0": "fine"}},
        {"minimum_version": 5},
    ],
)
def test_a_document_that_means_something_else_by_a_key_keeps_it(odd: dict[str, Any]) -> None:
    document = read(authoring(**odd))
    assert (document.extra, document.further_fields) == (odd, odd)
    assert not any(getattr(document, name) for name in RUN_FIELDS)
    # What says the same as before leaves the document's own value alone.
    assert folded_into_extra(dict.fromkeys(odd, RUN_FIELDS[next(iter(odd))](None, "")), odd)["extra"] == odd


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("operating_systems", "windows", "operating_systems"),
        ("operating_systems", ["windows", "beos"], "operating_systems[1]"),
        ("run_as", "two\nlines", "run_as"),
        ("run_as", "x" * 105, "run_as"),
        ("interpreter_arguments", ["-a", ""], "interpreter_arguments[1]"),
        ("interpreter_arguments", ["a\0b"], "interpreter_arguments[0]"),
        ("interpreter_arguments", ["x"] * 21, "interpreter_arguments"),
        ("exit_codes", {"1": "fine"}, "exit_codes.1"),
        ("exit_codes", {"one": "failure"}, "exit_codes"),
        ("exit_codes", {"4294967296": "failure"}, "exit_codes"),
        ("minimum_version", "5.x", "minimum_version"),
    ],
)
def test_what_people_write_is_refused_by_name(name: str, value: Any, field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        RUN_FIELDS[name](value, name)
    assert refusal.value.detail["field"] == field
