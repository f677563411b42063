"""What somebody hostile tries on the pages: forms from elsewhere, forms that say too little, and bodies without end."""

import json
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.models import Permission, User
from django.test import Client, RequestFactory
from django.utils import timezone

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.admin.pages import PAGES
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.documents import Attachment, read_document
from assemblies.domains import Domain
from assemblies.models import JournalEntry, SyncRecord
from assemblies.payloads import PayloadStore
from assemblies.web.uploads import announced_bytes, max_upload_bytes
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.hardening.conftest import browser_of
from tests.hardening.hostile import MARKUP
from tests.hardening.test_markup import assert_dead
from tests.permits import may_clone, may_create, may_delete, may_update

ITEM = "assemblies/assembly/<str:guid>/"
POSTED = [route for route, _view, _name in PAGES] + [
    f"{ITEM}change/", f"{ITEM}delete/", "assemblies/assembly/add/?kind=script", "dev-mode/", "dev-mode/extend/",
    "dev-mode/leave/", "dev-mode/grants/1/revoke/", "logout/", "password_change/",
]  # fmt: skip
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
UNSAID = "did not say which revision it was made upon"


@pytest.fixture
def guid(library: PayloadStore, operator: Actor) -> str:
    """An assembly with two revisions."""
    note = Attachment(file_name="note.txt", mime_type="text/plain", data=b"note", extra={})
    guid = create(script(files=[note]), domain=Domain.USER, permit=may_create(operator), store=library).guid
    update(guid, {"summary": "Theirs."}, payload=b"echo theirs", permit=may_update(operator), store=library)
    return guid


def entry(guid: str) -> CatalogueEntry:
    return library_catalogue().current().entries[guid]


def address(guid: str, page: str = "change") -> str:
    return f"/admin/assemblies/assembly/{guid}/{page}/"


@pytest.mark.parametrize("route", POSTED)
def test_a_form_without_the_pages_token_is_refused_everywhere(ada: User, guid: str, route: str) -> None:
    browser = browser_of(ada, enforce_csrf_checks=True)
    browser.get("/admin/")
    before = (JournalEntry.objects.count(), AuditEntry.objects.count(), entry(guid))
    path = f"/admin/{route.replace('<str:guid>', guid)}"
    for kind, body in ((FORM, b"revision=1&confirmed=yes"), (MULTIPART, b"--x\r\nbroken"), ("text/plain", b"a=b")):
        for token in ("", "x" * 32):
            answer = browser.post(path, body, content_type=kind, headers={"X-CSRFToken": token})
            assert answer.status_code == 403
            assert b"another site sent you here" in answer.content
    assert (JournalEntry.objects.count(), AuditEntry.objects.count(), entry(guid)) == before


@pytest.mark.parametrize("revision", [None, "", "x", "-1", "1.0", "9" * 30, "²"])
@pytest.mark.parametrize("sent", [{"summary": "Mine."}, {"document": '{"name": "Mine."}'}])
def test_nothing_is_saved_over_a_revision_that_was_not_seen(
    olga: User, guid: str, revision: str | None, sent: dict[str, str]
) -> None:
    before = entry(guid)
    form = sent if revision is None else sent | {"revision": revision}
    answer = browser_of(olga).post(address(guid), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert UNSAID in page
    assert "Mine." in page
    assert f'name="revision" value="{before.revision}"' in page
    assert entry(guid) == before


@pytest.mark.parametrize("page", ["delete", "restore", "take-original"])
def test_nothing_else_is_done_to_a_revision_that_was_not_seen(
    olga: User, operator: Actor, library: PayloadStore, guid: str, page: str
) -> None:
    copied = clone(guid, domain=Domain.USER, permit=may_clone(operator)).guid
    update(guid, {"category": "newer"}, payload=None, permit=may_update(operator), store=library)
    update(copied, {"category": "mine"}, payload=None, permit=may_update(operator), store=library)
    before, first = entry(copied), JournalEntry.objects.of_assembly(copied).order_by("sequence")[0].sequence
    browser = browser_of(olga)
    for revision in ({}, {"revision": "x"}, {"revision": "0"}, {"revision": str(first)}):
        browser.post(address(copied, page), {"sequence": str(first)} | revision)
        assert entry(copied) == before
    browser.post(address(copied, page), {"sequence": str(first), "revision": str(before.revision)})
    assert entry(copied) != before


def test_many_are_not_deleted_without_their_revisions(olga: User, guid: str) -> None:
    browser, sent = browser_of(olga), {"verb": "delete", "confirmed": "yes"}
    for shown in (guid, f"{guid}@", f"{guid}@x", f"{guid}@{entry(guid).revision - 1}"):
        browser.post("/admin/assemblies/assembly/bulk/", sent | {"shown": shown})
        assert entry(guid).deleted_at is None
    browser.post("/admin/assemblies/assembly/bulk/", sent | {"shown": f"{guid}@{entry(guid).revision}"})
    assert entry(guid).deleted_at is not None


def test_what_was_deleted_comes_back_without_a_revision(olga: User, operator: Actor, guid: str) -> None:
    first = entry(guid).revision
    delete(guid, permit=may_delete(operator))
    browser_of(olga).post(address(guid, "restore"), {"sequence": str(first)})
    assert entry(guid).deleted_at is None


def test_one_more_row_is_for_those_who_may_save(library: PayloadStore, guid: str) -> None:
    viewer = browser_of(User.objects.create_user("vera"))
    answer = viewer.post(address(guid), {"_add_variable": "1", "revision": "1"})
    assert answer.status_code == 403
    assert AuditEntry.objects.filter(outcome="denied").count() == 1


@pytest.mark.parametrize("path", ["/admin/login/", "/i18n/setlang/", "/admin/password_change/", "/api/assemblies"])
@pytest.mark.parametrize("kind", [FORM, MULTIPART])
@pytest.mark.parametrize("length", ["9000000", "99999999999", "0" * 30 + "99999999999", "9" * 30])
def test_a_form_that_is_too_large_is_refused_unread(ada: User, path: str, kind: str, length: str) -> None:
    for browser in (Client(), browser_of(ada)):
        answer = browser.generic("POST", path, b"--x\r\n", content_type=kind, CONTENT_LENGTH=length)
        assert answer.status_code == 413
        assert b"larger than a form may be" in answer.content
        assert answer.json()["code"] == "document_too_large" if path.startswith("/api") else b"<h1>" in answer.content


def test_what_a_page_may_save_is_not_too_large(olga: User, guid: str) -> None:
    typed = "é\n" * (project.MAX_DOCUMENT_BYTES // 3)
    answer = browser_of(olga).post(address(guid), {"payload": typed, "revision": str(entry(guid).revision)})
    assert answer.status_code == 302
    assert entry(guid).content.payload_size_bytes == project.MAX_DOCUMENT_BYTES // 3 * 3


def test_an_import_may_be_as_large_as_files_are(olga: User) -> None:
    browser: Any = browser_of(olga)
    name, large = b'Content-Disposition: form-data; name="files"; filename="large.json"', b" " * 5_000_000
    body = b"--x\r\n%b\r\n\r\n%b\r\n--x--\r\n" % (name, large)
    for path in ("/admin/assemblies/assembly/import/", "/api/assemblies/import"):
        answer = browser.generic("POST", path, body, content_type=MULTIPART)
        assert b"larger than a form may be" not in answer.content
        too_large = str(max_upload_bytes() + 1)
        answer = browser.generic("POST", path, b"--x--", content_type=MULTIPART, CONTENT_LENGTH=too_large)
        assert answer.status_code == 413
        assert b"larger than a form may be" not in answer.content


@pytest.mark.parametrize(
    ("announced", "found"), [(None, 0), ("", 0), ("x", 0), ("-5", 0), ("0005", 5), ("0", 0), ("٣", 3), (7, 7)]
)
def test_a_length_is_read_as_the_server_reads_it(announced: Any, found: int) -> None:
    assert announced_bytes(RequestFactory().get("/", CONTENT_LENGTH=announced)) == found


def test_what_administrators_alone_may_see_is_on_nobody_elses_pages(
    ada: User, olga: User, library: PayloadStore, guid: str
) -> None:
    record = SyncRecord.objects.create(
        recorded_at=timezone.now(), actor="a-certain-command", outcome="refused", source="/srv/a-certain-place",
        source_version="v", counts={}, reasons=["a-certain-reason"],
    )  # fmt: skip
    contents = [one.read_content() for one in JournalEntry.objects.all()]
    secrets = {"a-certain-command", "a-certain-place", "a-certain-reason", str(project.RUNTIME_ROOT)}
    for content in contents:
        assert content
        secrets |= {content.payload_guid, *(file.payload_guid for file in content.files)}
    staff = User.objects.create_user("stefan", is_staff=True)
    staff.user_permissions.set(_view_permissions())
    pages = ["", "assemblies/assembly/", "queue/", "assemblies/syncrecord/", "assemblies/journalentry/"]
    pages += [f"assemblies/syncrecord/{record.pk}/change/", "health/", "devmode/auditentry/", "dev-mode/grants/"]
    pages += [f"assemblies/assembly/{guid}/{page}" for page in ("change/", "diff/", "export/?style=envelope")]
    pages += [f"assemblies/journalentry/{one.pk}/change/" for one in JournalEntry.objects.all()]
    for user in (User.objects.create_user("vera"), staff, olga):
        browser = browser_of(user)
        for page in pages:
            text = browser.get(f"/admin/{page}").content.decode()
            assert [secret for secret in secrets if secret in text] == [], page
    assert (
        "a-certain-place" in browser_of(ada).get(f"/admin/assemblies/syncrecord/{record.pk}/change/").content.decode()
    )


def test_a_workflow_of_markup_is_drawn_as_text(olga: User, library: PayloadStore, operator: Actor) -> None:
    nodes = [
        {"id": text, "label": text, "type": text, "color": text, "position": {"x": at * 300, "y": 0}}
        for at, text in enumerate(MARKUP)
    ]
    edges = [{"id": text, "source": MARKUP[0], "target": text, "label": text} for text in MARKUP]
    graph = json.dumps({"nodes": nodes, "edges": edges})
    document = read_document(f'{{"name": "w", "type": "workflow", {graph[1:]}', max_bytes=10**6)
    guid = create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid
    browser = browser_of(olga)
    small = browser.get(f"/admin/assemblies/assembly/{guid}/picture.svg")
    assert small["Content-Type"].startswith("image/svg+xml")
    assert small["Cache-Control"] == "private, no-cache"
    drawn = browser.post("/admin/workflows/preview/", {"payload": graph})
    for answer in (small, drawn, browser.get(address(guid)), browser.get(address(guid, "diff"))):
        assert answer.status_code == 200
        assert_dead(answer.content.decode())


def _view_permissions() -> Any:
    return Permission.objects.filter(content_type__app_label="assemblies", codename__startswith="view_")
