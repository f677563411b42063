"""Bounds and defaults of single fields, and the GUID."""

from typing import Any

import pytest

from assemblies.documents import (
    Style,
    default_category,
    normalise_category,
    normalise_guid,
    normalise_metadata,
    normalise_sites,
    normalise_summary,
    normalise_tags,
    normalise_timeout,
    normalise_variables,
    normalise_version,
    write_document,
)
from assemblies.domains import Kind
from assemblies.errors import InvalidField, InvalidGuid
from tests.documents.document_builders import GUID, as_kept_by, authoring, read

BASE = {"script_encoding": "base64"}


@pytest.mark.parametrize(
    "text, guid",
    [
        (GUID, GUID),
        (GUID.upper(), GUID),
        (f"  {GUID}\r\n", GUID),
        ("6A9A0ACC-25BD-4BA4-81AE-0D19D7F365F1", "6a9a0acc-25bd-4ba4-81ae-0d19d7f365f1"),
        ("6A9A0ACC25BD4BA481AE0D19D7F365F1", "6a9a0acc25bd4ba481ae0d19d7f365f1"),
    ],
)
def test_a_guid_is_kept_as_written_but_in_lower_case(text: str, guid: str) -> None:
    assert normalise_guid(text) == guid


@pytest.mark.parametrize(
    "text",
    ["", " ", "x" * 32, "a" * 31, "a" * 33, "a" * 41, "a" * 64, "{6a9a0acc-25bd-4ba4-81ae-0d19d7f365f1}",
     "urn:uuid:6a9a0acc-25bd-4ba4-81ae-0d19d7f365f1", "6a9a0acc-25bd4ba4-81ae-0d19d7f365f1", "0x" + "a" * 30,
     "\u0661" * 32, "\uff41" * 32, "a" * 16 + "\0" + "a" * 15, "a" * 16 + " " + "a" * 16, "../" + "a" * 29,
     "\u00a0" + "a" * 32, None, 5, b"a" * 32, ["a" * 32], True],
)  # fmt: skip
def test_another_spelling_is_no_guid(text: Any) -> None:
    with pytest.raises(InvalidGuid) as caught:
        normalise_guid(text)
    assert caught.value.detail["field"] == "assembly_guid"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": "x" * 256}, "name"),
    ({"name": "   "}, "name"),
    ({"name": "\u200b\u200d \u2060"}, "name"),
    ({"tags": ["\ufeff"]}, "tags[0]"),
    ({"name": "a\nb"}, "name"),
    ({"name": 5}, "name"),
    ({"display_name": ["x"]}, "display_name"),
    ({"description": "x" * 10_001}, "description"),
    ({"description": {"a": 1}}, "description"),
    ({"timeout_seconds": -1}, "timeout_seconds"),
    ({"timeout_seconds": 2**31}, "timeout_seconds"),
    ({"timeout_seconds": True}, "timeout_seconds"),
    ({"timeout_seconds": 1.5}, "timeout_seconds"),
    ({"timeout_seconds": "60s"}, "timeout_seconds"),
    ({"timeout_seconds": "\u0666"}, "timeout_seconds"),
    ({"category": "x" * 65}, "category"),
    ({"category": "a\tb"}, "category"),
    ({"category": 5}, "category"),
    ({"version": True} | BASE, "version"),
    ({"version": []} | BASE, "version"),
    ({"version": "x" * 65} | BASE, "version"),
    ({"sites": "all"}, "sites"),
    ({"sites": {"mode": "none"}}, "sites.mode"),
    ({"sites": {"mode": ["all"]}}, "sites.mode"),
    ({"sites": {"mode": "specific", "values": "a"}}, "sites.values"),
    ({"sites": {"mode": "specific", "values": ["a", 5]}}, "sites.values[1]"),
    ({"tags": "a,b"}, "tags"),
    ({"tags": ["a", 5]}, "tags[1]"),
    ({"tags": ["x" * 65]}, "tags[0]"),
    ({"tags": [""]}, "tags[0]"),
    ({"tags": ["a"] * 101}, "tags"),
    ({"metadata": []}, "metadata"),
    ({"metadata": {"source_path": 5}}, "metadata.source_path"),
    ({"variables": {"a": 1}}, "variables"),
    ({"variables": ["a"]}, "variables[0]"),
    ({"variables": [{"name": "a"}, {}]}, "variables[1].name"),
    ({"variables": [{"name": "a"}, {"name": "a"}]}, "variables[1].name"),
    ({"variables": [{"name": "a\nb"}]}, "variables[0].name"),
    ({"variables": [{"name": "a", "label": 5}]}, "variables[0].label"),
    ({"variables": [{"name": "a", "type": []}]}, "variables[0].type"),
    ({"variables": [{"name": "a", "description": "x" * 10_001}]}, "variables[0].description"),
    ({"variables": [{"name": "a", "required": "yes"}]}, "variables[0].required"),
    ({"variables": [{"name": "a", "required": 2}]}, "variables[0].required"),
    ({"variables": [{"name": "a", "order": "first"}]}, "variables[0].order"),
    ({"variables": [{"name": "a", "order": True}]}, "variables[0].order"),
]


@pytest.mark.parametrize("changes, field", REFUSED)
def test_a_field_out_of_bounds_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        read(authoring(**changes))
    assert caught.value.detail["field"] == field


def test_a_form_is_held_to_the_rules_of_a_document() -> None:
    for call in (normalise_summary, normalise_tags, normalise_metadata, normalise_version):
        with pytest.raises(InvalidField):
            call("\0")
    with pytest.raises(InvalidField):
        normalise_version(float("inf"))
    with pytest.raises(InvalidField) as caught:
        normalise_variables([{"name": "a", "default": float("nan")}])
    assert caught.value.detail["field"] == "variables[0].default"
    with pytest.raises(InvalidField) as caught:
        normalise_sites({"mode": "all", "x": "\ud800"}, "elsewhere")
    assert caught.value.detail["field"] == "elsewhere.x"


def test_what_is_absent_or_null_is_the_default() -> None:
    absent = read({"name": "x", "type": "bash", "script": ""})
    nulls = dict.fromkeys(
        ["timeout_seconds", "variables", "files", "sites", "category", "version", "tags", "metadata", "description"]
    )
    assert read({"name": "x", "type": "bash", "script": ""} | nulls) == absent
    assert (absent.timeout_seconds, absent.version, absent.category, absent.summary) == (3600, 1, "script", "")
    assert (absent.sites, absent.tags, absent.metadata) == ({"mode": "all", "values": []}, [], {})
    assert normalise_category(None, kind=Kind.WORKFLOW) == default_category(Kind.WORKFLOW) == "workflow"
    assert normalise_category("", kind=Kind.SCRIPT) == ""
    assert normalise_timeout(0) == 0
    assert normalise_tags({}) == []
    assert normalise_sites({"mode": None, "values": None}) == {"mode": "all", "values": []}
    assert normalise_sites({"values": ["hq"]}) == {"mode": "specific", "values": ["hq"]}


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2}, {"version": 1.0}, {"version": "1"}, {"version": 0}, {"category": "application"},
        {"sites": {"mode": "specific", "values": ["hq"], "x": 1}}, {"tags": ["a"]}, {"tags": {"a": [1]}},
        {"metadata": {"owner": "me", "source_repo": "r"}}, {"timeout_seconds": 0}, {"summary": "a\r\nb\tc"},
        {"category": ""},
    ],
)  # fmt: skip
@pytest.mark.parametrize("style", list(Style))
def test_what_is_not_the_default_survives_every_style(changes: dict[str, Any], style: Style) -> None:
    document = read(authoring(assembly_guid=None) | BASE | changes)
    again = read(write_document(document, style))
    assert again == as_kept_by(document, style)
    assert type(again.version) is type(document.version)


@pytest.mark.parametrize("name", ["  Say hello\u00a0", "\u2003Say hello"])
def test_blanks_around_a_name_are_not_kept(name: str) -> None:
    assert read(authoring(name=name)).display_name == "Say hello"
