"""What the server gives the editor: its data, its styles and scripts, and a script to be read with its marks."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.admin.item.editor import MODES, Editor, ScriptWidget, files_of
from assemblies.admin.item.marked_text import MAX_NAMED, MAX_NUMBERED_LINES, Piece, mark
from assemblies.documents import Attachment, find_hidden_characters
from assemblies.documents.character_table import character_table
from assemblies.domains import AssemblyType, Domain
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.patience import at_most
from tests.permits import may_create


def marked(text: str) -> list[list[Piece]]:
    return mark(text, find_hidden_characters("script", text)).lines


def test_every_type_has_its_mode() -> None:
    assert set(MODES) == {str(one) for one in AssemblyType}


@pytest.mark.parametrize(
    "text, words", [("a\n", "Unix (LF)"), ("a\r\nb\r\n", "Windows (CRLF)"), ("a\r\nb\n", "mixed"), ("a\rb", "mixed"),
                    ("", "Unix (LF)")]
)  # fmt: skip
def test_line_ends_are_named(text: str, words: str) -> None:
    assert str(Editor("bash", text).line_ends) == words


def test_the_widget_brings_no_style_of_its_own() -> None:
    shown = ScriptWidget().render("payload", "</textarea><script>alert(1)</script>")
    assert "style=" not in shown
    assert "<script>" not in shown
    assert 'data-usestrictcsp="true"' in shown
    assert 'data-useworker="false"' in shown
    media = str(ScriptWidget().media)
    for name in ("css/ace.css", "theme/cloud_editor.css", "theme/cloud_editor_dark.css", "ace.js", "widget.js"):
        assert name in media


def test_text_without_surprises_is_one_piece_a_line() -> None:
    assert marked("a\r\n\tb\u00e9\n") == [[Piece("a")], [Piece("\tb\u00e9")], []]


def test_what_hides_is_shown_by_its_name_and_what_is_odd_too() -> None:
    assert marked("a\u202eb\u00a0\x1b") == [
        [
            Piece("a"),
            Piece("", "U+202E RIGHT-TO-LEFT OVERRIDE", "202E", warns=True),
            Piece("b"),
            Piece("", "U+00A0 NO-BREAK SPACE", "A0"),
            Piece("", "U+001B ESCAPE", "1B"),
        ]
    ]


def test_a_letter_that_misleads_keeps_its_look() -> None:
    name = "U+0430 CYRILLIC SMALL LETTER A in an identifier of mixed alphabets"
    assert marked("x\np\u0430y\u200b") == [
        [Piece("x")],
        [
            Piece("p"),
            Piece("\u0430", name, "430", warns=True),
            Piece("y"),
            Piece("", "U+200B ZERO WIDTH SPACE", "200B", warns=True),
        ],
    ]


@pytest.mark.parametrize("text", ["\u200b" * 300_000, "\n" * 900_000, "\u0430a " * 200_000, "\x07\n" * 400_000])
def test_a_hostile_script_is_marked_in_time_and_within_bounds(text: str) -> None:
    with at_most(3):
        shown = mark(text, find_hidden_characters("script", text))
    assert sum(bool(piece.name) for line in shown.lines for piece in line) <= MAX_NAMED + 100
    assert len(shown.lines) <= MAX_NUMBERED_LINES


def test_a_very_long_script_keeps_its_lines_without_numbers() -> None:
    text = "line\n" * (MAX_NUMBERED_LINES + 1)
    shown = mark(text, ())
    assert not shown.is_numbered
    assert "".join(piece.shown for piece in shown.lines[0]).startswith("line\nline\n")


def test_the_browser_knows_what_the_server_flags() -> None:
    table = character_table()
    spans = [(first, last) for first, last, _name, hides in table["characters"] if hides]
    for point in [*range(0x10000), *range(0xE0000, 0xE0200)]:
        character = chr(point)
        if not 0xD800 <= point < 0xE000:
            flagged = any(one["name"].find("mixed") < 0 for one in find_hidden_characters("script", f"a{character}"))
            assert flagged == any(first <= point <= last for first, last in spans), hex(point)


def test_alphabets_are_told_as_spans() -> None:
    alphabets = character_table()["alphabets"]
    for alphabet, letter in (("LATIN", "é"), ("CYRILLIC", "\u0430"), ("GREEK", "\u03bf"), ("FULLWIDTH", "\uff41")):
        assert [name for name, spans in alphabets.items() if any(a <= ord(letter) <= b for a, b in spans)] == [alphabet]


def test_files_are_counted_and_their_names_made_visible(guid: str, operator: Actor, library: PayloadStore) -> None:
    document = script(files=[Attachment("a\u202eb", "", b"12"), Attachment("c", "", b"345")])
    made = create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid
    files = files_of(Assembly.objects.get(guid=made).read_content())
    assert files.total_bytes == 5
    assert [piece.name for piece in files.rows[0].shown_name] == ["", "U+202E RIGHT-TO-LEFT OVERRIDE", ""]


HOSTILE = "<script>alert(1)</script>\n</pre>{{ 7|add:7 }}\u202e</textarea>\n"


@pytest.mark.parametrize("reader", ["signed_in_viewer", "superuser"])
def test_hostile_scripts_and_names_stay_text(
    reader: str, request: pytest.FixtureRequest, library: PayloadStore, command: Actor
) -> None:
    client: Client = request.getfixturevalue(reader)
    files = [Attachment("<img src=x onerror=alert(1)>", "text/<b>", b"")]
    made = create(
        script(payload=HOSTILE.encode(), files=files), domain=Domain.USER, permit=may_create(command), store=library
    ).guid
    shown = client.get(f"/admin/assemblies/assembly/{made}/change/").content.decode()
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "text/<b>" not in shown
    assert "{{ 7|add:7 }}" in shown


def test_the_data_of_the_editor_is_plain_json(superuser: Client, guid: str) -> None:
    shown = superuser.get(f"/admin/assemblies/assembly/{guid}/change/").content.decode()
    found = re.search(r'<script id="editor-facts" type="application/json">(.*?)</script>', shown)
    assert found
    facts: dict[str, Any] = json.loads(found[1])
    assert facts["modes"]["ansible"] == "yaml"
    assert set(facts) == {"modes", "themes", "characters", "alphabets"}
