"""The import page: who may use it, and how much it takes at once."""

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.admin.import_export import import_page, upload
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.journal.payload_files import write_payload_files
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from assemblies.web import uploads
from devmode import grants
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.admin.import_page import GUID, PAGE, Sent, document, zipped
from tests.documents_made import script
from tests.permits import may_create

HOSTILE = '<script>alert(1)</script>"\u202e'


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


def test_questions_do_not_grow_with_the_documents(
    olga: Client, operator: Actor, library: PayloadStore, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        create(
            script(f"N{number}", guid=f"{number:032x}"), domain=Domain.USER, permit=may_create(operator), store=library
        )
    # A payload without a file comes from the database, each by a question of its own, until the next flush.
    write_payload_files(payload_store())
    many = zipped({f"{n}.json": document(f"N{n}", assembly_guid=f"{n:032x}", script="new\n") for n in range(60)})
    Sent(olga, ("a.json", document())).preview()
    with django_assert_max_num_queries(26):
        sent = Sent(olga, ("many.zip", many)).preview()
    assert len(sent.rows) == 60
    with django_assert_max_num_queries(60):
        sent.pick(all="proposed")
    assert sent.outcomes.count("updated") == sent.outcomes.count("created") == 30
