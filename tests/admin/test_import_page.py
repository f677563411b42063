"""The import page: preview, picks, and exactly what was previewed."""

import io
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.admin.import_export import comparison, import_page, importing, upload
from assemblies.documents import Attachment, parse_json
from assemblies.domains import Domain
from assemblies.errors import StorageFull
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from assemblies.web import uploads
from devmode import grants
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.conftest import signed_in
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_update

PAGE = "/admin/assemblies/assembly/import/"
GUID, OTHER, THIRD = "a" * 40, "b" * 40, "c" * 40
HOSTILE = '<script>alert(1)</script>"\u202e'


@pytest.fixture
def olga(library: PayloadStore) -> Client:
    user = User.objects.create_user("olga")
    user.groups.add(Group.objects.get(name="Operators"))
    return signed_in(user)


def document(name: str = "Say hello", **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": "bash", "script": "echo hello\n", "script_encoding": "plain"} | fields


def file(name: str, content: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else json.dumps(content).encode())


def zipped(members: dict[str, Any]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return written.getvalue()


class Sent:
    """What somebody chose once and sends as often as the page does."""

    def __init__(self, client: Client, *files: tuple[str, Any], **fields: str) -> None:
        self.client, self.files, self.fields = client, files, fields
        self.answer: Any = None

    def preview(self, status: int = 200) -> "Sent":
        return self._post("preview", {}, status)

    def pick(self, *picks: str, status: int = 200, **fields: str) -> "Sent":
        """Import with these picks upon the last preview."""
        seen = {name: str(self.answer.context[name]) for name in ("tokens", "event")}
        return self._post("import", seen | ({"picks": json.dumps(picks)} if picks else {}) | fields, status)

    def open(self, number: int) -> "Sent":
        """Open one of the documents in the editor, numbered from 1."""
        return self._post("", {"opened": str(number)}, 200)

    def _post(self, step: str, fields: dict[str, str], status: int) -> "Sent":
        files = [file(name, content) for name, content in self.files]
        self.answer = self.client.post(PAGE, {"step": step, "files": files, **self.fields, **fields})
        assert self.answer.status_code == status
        return self

    @property
    def rows(self) -> list[Any]:
        return list(self.answer.context["proposal"].rows)

    @property
    def text(self) -> str:
        return " ".join(self.answer.content.decode().split())

    @property
    def outcomes(self) -> list[str]:
        return [result.outcome for result in self.answer.context["report"].results]

    @property
    def proposed(self) -> list[str]:
        return [row.proposed for row in self.rows]


def test_an_anonymous_visitor_signs_in_first_and_a_viewer_is_refused_and_audited(
    anonymous: Client, signed_in_viewer: Client
) -> None:
    assert "/login/" in anonymous.post(PAGE, {"step": "import"})["Location"]
    assert signed_in_viewer.get(PAGE).status_code == 403
    assert not AuditEntry.objects.exists()
    Sent(signed_in_viewer, ("a.json", document())).preview(403)
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.outcome, entry.scope) == ("assembly.import", "denied", "user")
    assert not Assembly.objects.exists()


def test_the_way_there_is_shown_to_those_who_may_go(olga: Client, signed_in_viewer: Client) -> None:
    assert PAGE in olga.get("/admin/").content.decode()
    shown = signed_in_viewer.get("/admin/").content.decode()
    assert PAGE not in shown
    assert "/admin/assemblies/assembly/export/" in shown


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


def test_picks_are_done_in_one_transaction_and_reported(
    olga: Client, operator: Actor, command: Actor, library: PayloadStore
) -> None:
    create(script(guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library)
    create(script("Theirs", guid=OTHER), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    audited = AuditEntry.objects.count()
    members = {"new.json": document("New"), "theirs.json": document("Mine now", assembly_guid=OTHER)}
    sent = Sent(
        olga, ("changed.json", document("Renamed", assembly_guid=GUID)), ("some.zip", zipped(members)),
        ("no.json", document("Not this")),
    ).preview()  # fmt: skip
    sent.pick("import", "import", "as_new", "skip")
    assert sent.outcomes == ["updated", "created", "created", "skipped"]
    assert AuditEntry.objects.count() == audited + 1
    assert Assembly.objects.get(guid=GUID).display_name == "Renamed"
    assert Assembly.objects.get(guid=OTHER).display_name == "Theirs"
    mine = Assembly.objects.get(display_name="Mine now")
    assert (mine.domain, mine.guid != OTHER) == ("user", True)
    assert f"/admin/assemblies/assembly/{mine.guid}/change/" in sent.text
    assert not Assembly.objects.filter(display_name="Not this").exists()


def test_what_is_the_same_stays_as_it_is(olga: Client, operator: Actor, library: PayloadStore) -> None:
    create(script(guid=GUID, payload=b"echo hello\n"), domain=Domain.USER, permit=may_create(operator), store=library)
    sent = Sent(olga, ("same.json", document(assembly_guid=GUID))).preview().pick("import")
    assert sent.outcomes == ["unchanged"]
    assert JournalEntry.objects.count() == 1


def test_a_new_one_may_be_asked_for_though_its_guid_is_free(olga: Client) -> None:
    sent = Sent(olga, ("a.json", document(assembly_guid=GUID))).preview().pick("as_new")
    assert sent.outcomes == ["created"]
    assert Assembly.objects.get().guid != GUID


@pytest.mark.parametrize("happens", ["changed", "deleted", "appeared", "moved on"])
def test_nothing_is_imported_when_the_library_changed_since_the_preview(
    olga: Client, operator: Actor, library: PayloadStore, happens: str
) -> None:
    if happens != "appeared":
        create(script(guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library)
    sent = Sent(
        olga,
        ("a.json", document("Renamed", assembly_guid=GUID)),
        ("b.json", document("Untouched", assembly_guid=OTHER)),
    ).preview()
    if happens == "deleted":
        delete(GUID, permit=may_delete(operator))
    elif happens == "appeared":
        create(script(guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library)
    else:
        update(GUID, {"summary": "Meanwhile"}, permit=may_update(operator), store=library)
    entries = JournalEntry.objects.count()
    sent.pick("import", "as_new", status=409)
    assert "nothing was imported" in sent.text
    assert JournalEntry.objects.count() == entries
    # What was picked for rows that are as they were stays picked.
    assert [pick for _row, pick in sent.answer.context["picked_rows"]] == ["import", "as_new"]
    sent.pick("import", "as_new")
    assert sent.outcomes[1] == "created"


def test_a_race_that_the_second_look_misses_is_caught_in_the_transaction(
    olga: Client, operator: Actor, library: PayloadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(script(guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library)
    sent = Sent(olga, ("a.json", document("Renamed", assembly_guid=GUID)), ("b.json", document("New"))).preview()
    really = importing.import_picked

    def overtaken(*arguments: Any, **options: Any) -> Any:
        update(GUID, {"summary": "Meanwhile"}, permit=may_update(operator), store=library)
        return really(*arguments, **options)

    monkeypatch.setattr(import_page, "import_picked", overtaken)
    sent.pick("import", "import", status=409)
    assert list(Assembly.objects.values_list("display_name", "summary")) == [("Say hello", "Meanwhile")]


def test_other_documents_than_previewed_are_previewed_first(olga: Client) -> None:
    sent = Sent(olga, ("a.json", document("Seen"))).preview()
    sent.files = (("a.json", document("Not seen")),)
    sent.pick("import", status=409)
    assert not Assembly.objects.exists()
    sent.files = (*sent.files, ("b.json", document("More")))
    sent.pick("import", "import", status=409)
    assert not Assembly.objects.exists()


@pytest.mark.parametrize("broken", [{"tokens": "{"}, {"tokens": "{}"}, {"tokens": ""}, {"tokens": '["new:0:x"]'}])
def test_what_no_preview_saw_is_previewed_first(olga: Client, broken: dict[str, str]) -> None:
    Sent(olga, ("a.json", document())).preview().pick("import", status=409, **broken)
    assert not Assembly.objects.exists()


def test_a_pick_that_is_not_offered_is_none(olga: Client, command: Actor, library: PayloadStore) -> None:
    create(script("Theirs", guid=OTHER), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    sent = Sent(olga, ("a.json", document("Evil", assembly_guid=OTHER)), ("b.json", document("Good"))).preview()
    sent.pick("import", "import")
    assert sent.outcomes == ["skipped", "created"]
    assert Assembly.objects.get(guid=OTHER).display_name == "Theirs"


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


def test_without_script_one_choice_is_for_all(olga: Client) -> None:
    sent = Sent(olga, ("a.json", document("A", assembly_guid=GUID)), ("b.json", document("B"))).preview()
    sent.pick(all="as_new")
    # A document that has no GUID becomes a new one anyway.
    assert sent.outcomes == ["created", "created"]
    assert not Assembly.objects.filter(guid=GUID).exists()
    sent.preview().pick(all="skip", status=400)
    assert "Every document is skipped" in sent.text
    sent.preview().pick(all="proposed")
    assert sent.outcomes == ["created", "skipped"]


def test_asking_again_after_a_lost_answer_imports_once(olga: Client) -> None:
    sent = Sent(olga, ("a.json", document("A", assembly_guid=GUID)), ("b.json", document("B"))).preview()
    context = {name: str(sent.answer.context[name]) for name in ("tokens", "event")}
    for _time in range(2):
        sent._post("import", context | {"picks": '["skip", "import"]'}, 200)
    assert Assembly.objects.count() == 1
    assert sent.outcomes == ["skipped", "unchanged"]
    sent._post("import", context | {"picks": '["import", "import"]'}, 422)
    assert "imported before, with other choices" in sent.text
    sent._post("import", context | {"picks": '["skip", "import"]', "event": "none"}, 200)
    assert Assembly.objects.count() == 2


def test_nothing_sent_is_said(olga: Client) -> None:
    assert "Choose a file, or paste a document." in Sent(olga).preview(400).text
    assert "Choose one of the domains." in Sent(olga, domain="moon").preview(400).text
    assert "nothing that could be imported" in Sent(olga, ("a.json", b"{")).preview().text


@pytest.mark.parametrize("domain", ["official", "community"])
def test_protected_domains_are_for_dev_mode(superuser: Client, ada: User, domain: str) -> None:
    assert 'name="domain"' not in superuser.get(PAGE).content.decode()
    assert "/admin/dev-mode/?next=" in superuser.get(PAGE).content.decode()
    Sent(superuser, ("a.json", document()), domain=domain).preview(403)
    assert AuditEntry.objects.get(outcome="denied").scope == domain
    bearer = grants.session_digest(superuser.session.session_key or "")
    grants.issue(ada, bearer, reason="tests", remote_address="127.0.0.1", now=timezone.now())
    assert 'name="domain"' in superuser.get(PAGE).content.decode()
    sent = Sent(superuser, ("a.json", document()), domain=domain).preview()
    sent.pick("import")
    assert Assembly.objects.get().domain == domain


def test_uploads_are_bounded_before_they_are_read(
    olga: Client, signed_in_viewer: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAX_ATTACHMENT_BYTES = 1024
    monkeypatch.setattr(uploads, "MAX_UNPACKED_BYTES", 1024)
    large = document(script="x" * 80_000)
    assert "At most" in Sent(olga, ("large.json", large)).preview(413).text
    Sent(signed_in_viewer, ("large.json", large)).preview(403)
    assert olga.post(PAGE, {"step": "preview"}, HTTP_CONTENT_LENGTH="9" * 12).status_code in {400, 413}


def test_too_much_of_anything_is_said_in_words(olga: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    assert "more than 2 files at once" in Sent(olga, *[(f"{n}.json", document()) for n in range(3)]).preview(413).text
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert "save it as a file" in Sent(olga, pasted="x" * 200).preview(413).text
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    assert "do it in parts" in Sent(olga, a="1", b="2", c="3", d="4").preview(413).text
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
    monkeypatch.setattr(upload, "MAX_DOCUMENTS", 2)
    members = {f"{number}.json": document() for number in range(3)}
    assert "more than 2 documents at once" in Sent(olga, ("a.zip", zipped(members))).preview(413).text


def test_what_archives_unpack_counts_together(olga: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assemblies.bundles.archive.MAX_UNPACKED_BYTES", 150_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", json.dumps(document(script="x" * 90_000)))
    sent = Sent(olga, ("one.zip", packed.getvalue()), ("two.zip", packed.getvalue())).preview()
    assert [row.place for row in sent.rows] == ["one.zip › a.json"]
    assert "send it in parts" in sent.text


def test_imports_are_counted_with_the_api(olga: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_page, "MAX_PER_MINUTE", 2)
    for status in (200, 200, 429):
        sent = Sent(olga, ("a.json", document()), pasted="").preview(status)
    assert "too many imports at once" in sent.text


def test_a_failing_library_loses_nothing_that_was_picked(olga: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any, **_options: Any) -> None:
        raise StorageFull()

    sent = Sent(olga, ("a.json", document("A", assembly_guid=GUID)), ("b.json", document())).preview()
    monkeypatch.setattr(import_page, "import_picked", full)
    sent.pick("as_new", "skip", status=507)
    assert "too little disk space" in sent.text
    assert [pick for _row, pick in sent.answer.context["picked_rows"]] == ["as_new", "skip"]


def test_a_token_is_asked_for(library: PayloadStore, olga: Client) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = olga.cookies
    assert careful.post(PAGE, {"step": "preview", "pasted": "{}"}).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', careful.get(PAGE).content.decode())
    assert token is not None
    form = {"step": "preview", "pasted": json.dumps(document()), "csrfmiddlewaretoken": token[1]}
    assert careful.post(PAGE, form).status_code == 200


def test_hostile_names_are_only_ever_text(olga: Client, operator: Actor, library: PayloadStore) -> None:
    create(script(HOSTILE, guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library)
    sent = Sent(
        olga,
        (f"{HOSTILE}.json", document(HOSTILE, assembly_guid=GUID, description=HOSTILE, script=HOSTILE)),
        ("a.zip", zipped({f"{HOSTILE}.json": b"{", "../../etc.json": document(HOSTILE, tags=[HOSTILE])})),
        pasted=HOSTILE,
    ).preview()  # fmt: skip
    assert "<script>alert" not in sent.text
    sent.pick("import", "import")
    assert "<script>alert" not in sent.text


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


def test_questions_do_not_grow_with_the_documents(
    olga: Client, operator: Actor, library: PayloadStore, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        create(
            script(f"N{number}", guid=f"{number:032x}"), domain=Domain.USER, permit=may_create(operator), store=library
        )
    many = zipped({f"{n}.json": document(f"N{n}", assembly_guid=f"{n:032x}", script="new\n") for n in range(60)})
    Sent(olga, ("a.json", document())).preview()
    with django_assert_max_num_queries(26):
        sent = Sent(olga, ("many.zip", many)).preview()
    assert len(sent.rows) == 60
    with django_assert_max_num_queries(60):
        sent.pick(all="proposed")
    assert sent.outcomes.count("updated") == sent.outcomes.count("created") == 30


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
