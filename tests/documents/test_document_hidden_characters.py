"""Trojan Source: flagged with its place, never altered (CVE-2021-42574)."""

from typing import Any

import pytest

from assemblies.documents import Style, find_hidden_characters, write_document
from tests.documents.document_builders import authoring, graph, read
from tests.patience import at_most

BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
WITHOUT_WIDTH = (
    "\u00ad\u034f\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\u3164\uffa0\U000e0041\U000e0100"
)


@pytest.mark.parametrize("character", [*BIDIRECTIONAL, *WITHOUT_WIDTH], ids=lambda c: f"U+{ord(c):04X}")
def test_a_hidden_character_is_found_at_its_place(character: str) -> None:
    findings = find_hidden_characters("script", f"one\r\ntwo\rab{character}c\n")
    assert [(f["field"], f["line"], f["column"], f["character"]) for f in findings] == [
        ("script", 3, 3, f"U+{ord(character):04X}")
    ]
    assert findings[0]["name"]


def test_the_trojan_source_of_the_paper_is_flagged_and_kept() -> None:
    script = 'if [ "$level" != "user\u202e \u2066// Check if admin\u2069 \u2066" ]; then\n'.encode()
    document = read(authoring(script))
    assert [flag["character"] for flag in document.flags] == ["U+202E", "U+2066", "U+2069", "U+2066"]
    assert document.flags[0] == {
        "field": "script", "line": 1, "column": 23, "character": "U+202E", "name": "RIGHT-TO-LEFT OVERRIDE",
    }  # fmt: skip
    assert document.payload == script
    assert all(read(write_document(document, style)).payload == script for style in Style)


@pytest.mark.parametrize(
    "word", ["\u0430dmin", "p\u0430ypal", "sc\u03bfpe", "\uff41dmin", "\U0001d41adminx", "имя_file"]
)
def test_an_identifier_of_mixed_alphabets_is_flagged(word: str) -> None:
    findings = find_hidden_characters("script", f"x = {word}(1)")
    assert len(findings) == 1
    assert findings[0]["name"].endswith("mixed alphabets")


@pytest.mark.parametrize(
    "text",
    ["", "plain", "Größe", "привет world", "USB-кабель", "µTorrent", "日本語abc", "naïve_Ångström", "λ = 1", "😀"],
)
def test_honest_text_is_not_flagged(text: str) -> None:
    assert find_hidden_characters("script", text) == []


def test_a_byte_order_mark_is_flagged_only_inside() -> None:
    assert find_hidden_characters("script", "\ufeffecho") == []
    assert [f["column"] for f in find_hidden_characters("script", "\ufeffa\ufeff")] == [3]
    assert read(authoring("\ufeffecho".encode())).flags == []


@pytest.mark.parametrize(
    "document, field",
    [
        (authoring(name="a\u200bb"), "display_name"),
        (authoring(description="a\n\u202eb"), "summary"),
        (authoring(variables=[{"name": "a"}, {"name": "p\u0430th"}]), "variables[1].name"),
        (authoring(variables=[{"name": "a", "default": {"k": ["\u200b"]}}]), "variables[0].default.k[0]"),
        (authoring(files=[{"file_name": "gpj\u202e.exe", "data": ""}]), "files[0].file_name"),
        (graph(nodes=[{"id": "a", "data": {"value": "\u2066"}}]), "workflow.nodes[0].data.value"),
        ({"name": "x", "type": "bash", "script": "a\u200bb"}, "script"),
    ],
)
def test_every_place_people_read_is_looked_at(document: dict[str, Any], field: str) -> None:
    assert [flag["field"] for flag in read(document).flags] == [field]


def test_findings_are_in_order_and_bounded() -> None:
    findings = find_hidden_characters("script", "p\u0430th\u200b\n" * 300)
    assert len(findings) == 100
    assert findings == sorted(findings, key=lambda f: (f["line"], f["column"]))
    many = read(authoring(variables=[{"name": f"v{i}\u200b"} for i in range(600)]))
    assert len(many.flags) == 500


@pytest.mark.parametrize("piece", ["\u200b", "é ", "\u0430a ", "a", "\u0430"])
def test_a_large_text_is_looked_through_within_a_second(piece: str) -> None:
    text = piece * (900_000 // len(piece.encode())) + "é"
    with at_most(1):
        find_hidden_characters("script", text)


def test_flags_are_no_part_of_equality() -> None:
    flagged = read(authoring(name="a\u200bb"))
    assert flagged.flags
    assert read(write_document(flagged, Style.AUTHORING)) == flagged
