"""What the preview of an import says of each document."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.admin.import_export import comparison
from assemblies.documents import Attachment, parse_json
from assemblies.domains import Domain
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.import_page import GUID, OTHER, THIRD, Sent, document, zipped
from tests.documents_made import script
from tests.permits import may_create


def test_a_preview_tells_new_same_changed_and_owned_apart_and_writes_nothing(
    olga: Client, operator: Actor, command: Actor, library: PayloadStore
) -> None:
    create(script(guid=GUID, payload=b"echo hello\n"), domain=Domain.USER, permit=may_create(operator), store=library)
    create(script("Theirs", guid=OTHER), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    before = (JournalEntry.objects.count(), AuditEntry.objects.count(), len(list(library.guids())))
    sent = Sent(
        olga,
        ("new.json", document("New", assembly_guid=THIRD)),
        ("same.json", document(assembly_guid=GUID)),
        ("changed.json", document("Renamed", assembly_guid=GUID, script="echo other\n")),
        ("theirs.json", document("Evil", assembly_guid=OTHER)),
    ).preview()
    assert [row.standing for row in sent.rows] == ["new", "same", "changed", "other_domain"]
    assert sent.proposed == ["import", "skip", "skip", "skip"]
    assert [[pick for pick, _words in row.picks] for row in sent.rows] == [
        ["import", "as_new", "skip"],
        ["import", "as_new", "skip"],
        ["import", "as_new", "skip"],
        ["as_new", "skip"],
    ]
    assert '<span class="badge badge-official">Official</span>' in sent.text
    assert "Renamed" in sent.text and "Say hello" in sent.text
    # The changed script stands next to the library's own.
    assert 'class="side-by-side"' in sent.text
    assert sent.rows[2].comparison.script.added == 1
    assert before == (JournalEntry.objects.count(), AuditEntry.objects.count(), len(list(library.guids())))


def test_twins_within_the_upload_are_named_and_only_one_takes_the_guid(olga: Client) -> None:
    sent = Sent(
        olga,
        ("first.json", document("First", assembly_guid=GUID)),
        ("second.json", document("2nd", assembly_guid=GUID)),
    ).preview()
    assert sent.proposed == ["import", "skip"]
    assert "The same GUID is also in <bdi>first.json</bdi>" in sent.text
    sent.pick("import", "import", status=400)
    assert "These documents have the same GUID: first.json, second.json." in sent.text
    sent.pick("skip", "import")
    assert Assembly.objects.get().display_name == "2nd"


def test_same_names_are_linked(olga: Client, command: Actor, library: PayloadStore) -> None:
    create(script(guid=OTHER), domain=Domain.COMMUNITY, permit=may_create(command), store=library)
    sent = Sent(olga, ("a.json", document(assembly_guid=GUID, script="else"))).preview()
    assert f"/admin/assemblies/assembly/{OTHER}/change/" in sent.text
    assert '<span class="badge badge-community">Community</span>' in sent.text
    assert sent.proposed == ["import"]


def test_a_document_without_a_guid_that_only_repeats_is_not_proposed(
    olga: Client, operator: Actor, library: PayloadStore
) -> None:
    create(script(payload=b"echo hello\n"), domain=Domain.USER, permit=may_create(operator), store=library)
    sent = Sent(olga, ("a.json", document()), ("b.json", document(script="echo else\n"))).preview()
    assert sent.proposed == ["skip", "import"]
    assert "would become a second one" in sent.text


def test_hidden_characters_are_pointed_out(olga: Client) -> None:
    sent = Sent(olga, ("a.json", document(script="echo a\u200bb\n" * 30))).preview()
    assert "30 characters make it read differently from how it runs" in sent.text
    assert "Line 1, column 7: U+200B ZERO WIDTH SPACE" in sent.text
    assert "Line 21," not in sent.text


def test_bad_documents_are_listed_next_to_the_good_ones(olga: Client, settings: Any) -> None:
    settings.MAX_DOCUMENT_BYTES = 4096
    spoilt = zipped({"in/side.json": document("In a zip")}).replace(b"In a zip", b"In a zap")
    sent = Sent(
        olga,
        ("good.json", document("Good")),
        ("broken.json", b"{"),
        ("a.txt", b"no document"),
        ("field.json", document(variables=[{"name": 7}])),
        ("guid.json", document(assembly_guid="not one")),
        ("large.json", document(script="x" * 5000)),
        (
            "mixed.zip",
            zipped({"ok.json": document("In the zip"), "bad.json": b"[]", "big.json": document(script="x" * 5000)}),
        ),
        ("spoilt.zip", spoilt),
        ("empty.zip", zipped({"readme.md": b""})),
        ("cut.zip", zipped({"a.json": document()})[:-30]),
    ).preview()
    assert [row.document.display_name for row in sent.rows] == ["Good", "In the zip"]
    unreadable = {one.place: one for one in sent.answer.context["proposal"].unreadable}
    assert list(unreadable) == [
        "broken.json", "a.txt", "field.json", "guid.json", "large.json", "mixed.zip › bad.json", "mixed.zip › big.json",
        "spoilt.zip › in/side.json", "empty.zip", "cut.zip",
    ]  # fmt: skip
    assert unreadable["field.json"].field == "variables[0].name"
    assert unreadable["large.json"].limit_bytes == 4096
    assert "damaged or encrypted here" in sent.text and "holds no .json document" in sent.text
    sent.pick("import", "import")
    assert sent.outcomes == ["created", "created"]
    assert "broken.json" in sent.text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("all.7z", b"7z\xbc\xaf\x27\x1c\0\4", "This is a 7z archive"),
        ("all.tar.gz", b"\x1f\x8b\x08\0", "This is a gzip archive"),
        ("page.json", b"<!DOCTYPE html><html>", "This is an HTML page"),
        ("none.json", b"", "This is empty"),
        ("package.json", b'{"name": "x", "scripts": {}}', "This is no assembly"),
    ],
)
def test_a_file_that_is_no_document_is_called_what_it_is(olga: Client, name: str, content: bytes, words: str) -> None:
    sent = Sent(olga, (name, content), ("ok.json", document("Good one"))).preview()
    assert words in sent.text and "Good one" in sent.text
    assert "not valid JSON" not in sent.text


def test_the_readable_style_is_put_together_from_a_zip(olga: Client) -> None:
    members = {"x/a.json": {"name": "Tree", "type": "bash"}, "x/a.sh": b"#!/bin/sh\r\n"}
    Sent(olga, ("tree.zip", zipped(members))).preview().pick("import")
    assert Assembly.objects.get().search_text == "#!/bin/sh\r\n"


def test_a_pasted_document_is_one_too(olga: Client) -> None:
    sent = Sent(olga, pasted=json.dumps(document("Pasted"))).preview()
    assert "Pasted text" in sent.text
    sent.pick("import")
    assert Assembly.objects.get().display_name == "Pasted"


def test_workflows_files_and_binaries_are_compared_as_far_as_they_can_be(
    olga: Client, operator: Actor, library: PayloadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    attached = Attachment("a.txt", "text/plain", b"old", {})
    create(script(guid=GUID, files=[attached]), domain=Domain.USER, permit=may_create(operator), store=library)
    graph = b'{"edges":[],"nodes":[]}'
    flow = script("Flow", graph, guid=OTHER, type_name="workflow", category="workflow")
    create(flow, domain=Domain.USER, permit=may_create(operator), store=library)
    create(script("Binary", b"\0\xff", guid=THIRD), domain=Domain.USER, permit=may_create(operator), store=library)
    entry = {"file_name": "a.txt", "mime_type": "text/plain", "data": "bmV3"}
    documents = [
        ("a.json", document(assembly_guid=GUID, files=[entry])),
        ("b.json", {"name": "Flow", "type": "workflow", "assembly_guid": OTHER, "nodes": [{"id": "n"}], "edges": []}),
        ("c.json", document("Binary", assembly_guid=THIRD)),
        ("d.json", document("Binary", assembly_guid=THIRD, description="y" * 3000)),
    ]
    sent = Sent(olga, *documents).preview()
    first, second, third, fourth = (row.comparison for row in sent.rows)
    assert [change.label for change in first.files] == ["a.txt"]
    assert second.script is not None and second.script.added
    assert "binary" in third.problem
    assert len(fourth.fields[0].after) == comparison.MAX_VALUE_LENGTH + 1
    monkeypatch.setattr(comparison, "MAX_CHARACTERS", 10)
    assert "too long to compare here" in Sent(olga, documents[1]).preview().rows[0].comparison.problem
    monkeypatch.setattr(comparison, "MAX_COMPARED", 1)
    many = Sent(olga, *documents).preview()
    assert [row.comparison is not None for row in many.rows] == [True, False, False, False]
    assert "what differs is not shown for 3 documents" in many.text


def test_a_payload_that_is_missing_is_said_to_be(olga: Client, operator: Actor, library: PayloadStore) -> None:
    create(script(guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library)
    library.delete(Assembly.objects.get().payload_guid)
    sent = Sent(olga, ("a.json", document("Other", assembly_guid=GUID, script="else"))).preview()
    assert "missing from the store" in sent.rows[0].comparison.problem


@pytest.mark.skipif(not os.environ.get("BOREALIS_TEST_CORPUS"), reason="BOREALIS_TEST_CORPUS names no folder")
def test_real_documents_are_previewed_imported_and_then_the_same(olga: Client, corpus: Path) -> None:
    paths = sorted(corpus.rglob("*.json"))
    sent = Sent(olga, *[(path.name, path.read_bytes()) for path in paths]).preview()
    assert not sent.answer.context["proposal"].unreadable
    sent.pick(all="proposed")
    assert set(sent.outcomes) <= {"created", "skipped"}
    again = Sent(olga, *[(path.name, path.read_bytes()) for path in paths]).preview()
    with_guid = [row for row in again.rows if row.document.guid and not row.first_twin]
    assert {row.standing for row in with_guid} == {"same"}
    assert parse_json(str(again.answer.context["tokens"]), max_bytes=1 << 20)
