"""Export from the admin: one assembly, a selection, a domain, the whole library."""

import io
import zipfile
from typing import Any

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.admin.import_export import export_page
from assemblies.conf import payload_store
from assemblies.documents import Attachment, Document, Style, read_document
from assemblies.domains import Domain
from assemblies.journal.payload_files import write_payload_files
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.bundles.reading import read_archive
from tests.documents.document_builders import as_kept_by
from tests.documents_made import script
from tests.permits import may_create

PAGE = "/admin/assemblies/assembly/export/"
LIBRARY = f"{PAGE}library.zip"
SELECTION = f"{PAGE}selection/"
STYLES = ["authoring", "legacy", "envelope", "tree"]
GUID, OTHER = "a" * 40, "b" * 40
MOST = 1 << 20


@pytest.fixture
def two(library: PayloadStore, operator: Actor, command: Actor) -> tuple[Document, Document]:
    attached = Attachment("a.txt", "text/plain", b"attached", {})
    mine = script("Disk ünit", b"df -h\r\n", guid=GUID, files=[attached], tags=["disk"], summary="Says how full.")
    theirs = script("Theirs", b"print(1)\n", guid=OTHER, type_name="python")
    create(mine, domain=Domain.USER, permit=may_create(operator), store=library)
    create(theirs, domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    return mine, theirs


def body_of(answer: Any) -> bytes:
    assert answer.status_code == 200
    return bytes(answer.getvalue())


def archived(answer: Any) -> list[Document]:
    assert answer["Content-Type"] == "application/zip"
    return read_archive(io.BytesIO(body_of(answer)))


def path_of(guid: str, style: str) -> str:
    return f"/admin/assemblies/assembly/{guid}/export/?style={style}"


def spoil(library: PayloadStore, guid: str) -> None:
    library.delete(Assembly.objects.get(guid=guid).payload_guid)


def test_an_anonymous_visitor_signs_in_first(anonymous: Client, two: Any) -> None:
    for path in (PAGE, LIBRARY, path_of(GUID, "tree")):
        assert "/login/" in anonymous.get(path)["Location"]
    assert "/login/" in anonymous.post(SELECTION, {"guid": [GUID]})["Location"]


@pytest.mark.parametrize("style", ["authoring", "legacy", "envelope"])
def test_a_viewer_exports_one_document_that_reads_equal(signed_in_viewer: Client, two: Any, style: str) -> None:
    answer = signed_in_viewer.get(path_of(GUID, style))
    assert answer["Content-Disposition"] == f'attachment; filename="disk-unit--{GUID[:8]}.json"'
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/json", "nosniff")
    assert read_document(answer.content, max_bytes=MOST) == as_kept_by(two[0], Style(style))
    assert "payload_guid" not in answer.json()
    if style == "authoring":
        assert answer.json()["script"] == "df -h\r\n"


def test_the_tree_of_one_assembly_is_a_zip(signed_in_viewer: Client, two: Any) -> None:
    answer = signed_in_viewer.get(path_of(GUID, "tree"))
    stem = f"disk-unit--{GUID[:8]}"
    assert answer["Content-Disposition"] == f'attachment; filename="{stem}.zip"'
    content = body_of(answer)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [f"{stem}.json", f"{stem}.sh", f"{stem}.files/1"]
        assert archive.read(f"{stem}.sh") == b"df -h\r\n"
    assert read_archive(io.BytesIO(content)) == [two[0]]


def test_what_is_not_there_is_not_found(signed_in_viewer: Client, deleted_guid: str) -> None:
    for guid in (GUID, deleted_guid, "nonsense"):
        assert signed_in_viewer.get(path_of(guid, "tree")).status_code == 404
    assert signed_in_viewer.get(path_of(deleted_guid, "moon")).status_code == 404
    assert signed_in_viewer.post(path_of(deleted_guid, "tree")).status_code == 405


@pytest.mark.parametrize("style", STYLES)
def test_the_library_and_a_domain_of_it_read_back_equal(signed_in_viewer: Client, two: Any, style: str) -> None:
    kept = [as_kept_by(one, None if style == "tree" else Style(style)) for one in two]
    everything = archived(signed_in_viewer.get(LIBRARY, {"style": style, "domain": ""}))
    assert sorted(everything, key=lambda one: one.display_name) == kept
    answer = signed_in_viewer.get(LIBRARY, {"style": style, "domain": "user"})
    assert answer["Content-Disposition"] == 'attachment; filename="user.zip"'
    assert archived(answer) == [kept[0]]
    entry = AuditEntry.objects.filter(event="assembly.export").order_by("-sequence")[0]
    assert (entry.scope, entry.read_detail()["documents"]) == ("user", 1)
    assert answer["X-Borealis-Revision"] == str(entry.read_detail()["revision"])


def test_the_page_offers_what_there_is(signed_in_viewer: Client, library: PayloadStore, two: Any) -> None:
    shown = " ".join(signed_in_viewer.get(PAGE).content.decode().split())
    assert "2 assemblies" in shown
    assert 'value="community" disabled' in shown
    assert 'value="official">' in shown


def test_an_empty_library_has_nothing_to_export(signed_in_viewer: Client) -> None:
    assert "nothing to export yet" in signed_in_viewer.get(PAGE).content.decode()
    for bad in ({"style": "moon"}, {"domain": "moon"}):
        assert signed_in_viewer.get(LIBRARY, bad).status_code == 404


def test_a_selection_is_exported(signed_in_viewer: Client, two: Any) -> None:
    answer = signed_in_viewer.post(SELECTION, {"guid": [OTHER, OTHER.upper()], "style": "tree"})
    assert archived(answer) == [two[1]]
    assert len(archived(signed_in_viewer.post(SELECTION, {"guid": [GUID, OTHER]}))) == 2
    assert signed_in_viewer.get(SELECTION).status_code == 405


def test_a_selection_is_bounded_and_not_empty(
    signed_in_viewer: Client, two: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(export_page, "MAX_SELECTED", 1)
    for guids, words in (([], "Choose the assemblies"), ([GUID, OTHER], "At most 1 assemblies")):
        answer = signed_in_viewer.post(SELECTION, {"guid": guids}, follow=True)
        assert words in answer.content.decode()
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
    assert signed_in_viewer.post(SELECTION, {"guid": [GUID, OTHER]}).status_code == 302
    assert signed_in_viewer.post(SELECTION, {"guid": "nonsense"}).status_code == 404


def test_a_selection_needs_a_token(signed_in_viewer: Client, two: Any) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = signed_in_viewer.cookies
    assert careful.post(SELECTION, {"guid": [GUID]}).status_code == 403


def test_what_cannot_be_read_is_said_and_the_others_can_be_had(
    signed_in_viewer: Client, library: PayloadStore, two: Any
) -> None:
    spoil(library, GUID)
    answer = signed_in_viewer.post(SELECTION, {"guid": [GUID, OTHER, "c" * 40], "style": "legacy"})
    assert answer.status_code == 503
    shown = answer.content.decode()
    assert "Disk ünit" in shown and "missing from the store" in shown and "not in the library any more" in shown
    assert f'<input type="hidden" name="guid" value="{OTHER}">' in shown
    others = {"guid": [GUID, OTHER], "style": "legacy", "leave_out": "yes"}
    assert [one.display_name for one in archived(signed_in_viewer.post(SELECTION, others))] == ["Theirs"]

    answer = signed_in_viewer.get(LIBRARY, {"style": "tree"})
    assert answer.status_code == 503
    assert 'name="style" value="tree"' in answer.content.decode()
    assert archived(signed_in_viewer.get(LIBRARY, {"style": "tree", "leave_out": "yes"})) == [two[1]]
    answer = signed_in_viewer.get(path_of(GUID, "tree"))
    assert (answer.status_code, "Export the other" in answer.content.decode()) == (503, False)


def test_names_that_would_be_one_file_stay_apart(
    signed_in_viewer: Client, operator: Actor, library: PayloadStore
) -> None:
    """Only the first digits of a GUID stand in a name; an archive with a name twice could not be read again."""
    for end in "01":
        create(script("Twin", guid=GUID[:-1] + end), domain=Domain.USER, permit=may_create(operator), store=library)
    for style in STYLES:
        assert len(archived(signed_in_viewer.get(LIBRARY, {"style": style}))) == 2


def test_reading_changes_nothing_and_costs_few_questions(
    signed_in_viewer: Client, two: Any, django_assert_max_num_queries: Any
) -> None:
    # A payload without a file comes from the database, each by a question of its own, until the next flush.
    write_payload_files(payload_store())
    signed_in_viewer.get(PAGE)
    with django_assert_max_num_queries(12):
        signed_in_viewer.get(PAGE)
    # Seven of them are the audit's.
    with django_assert_max_num_queries(13):
        body_of(signed_in_viewer.get(LIBRARY))
    before = (JournalEntry.objects.count(), AuditEntry.objects.count())
    with django_assert_max_num_queries(6):
        body_of(signed_in_viewer.post(SELECTION, {"guid": [GUID, OTHER]}))
    with django_assert_max_num_queries(6):
        signed_in_viewer.get(path_of(GUID, "legacy"))
    assert before == (JournalEntry.objects.count(), AuditEntry.objects.count())
