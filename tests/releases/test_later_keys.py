"""This release keeps what a later one wrote: the library was rolled back, or two releases serve it at once."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from assemblies.actions.attach import attach, detach
from assemblies.actions.change import Change
from assemblies.actions.clone import clone
from assemblies.actions.commit import commit
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.discard import discard
from assemblies.actions.hydrate import adopt_replica
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.actions.permit import Permit
from assemblies.actions.revert import revert
from assemblies.actions.selection import tag_many
from assemblies.actions.update import update
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import library_catalogue
from assemblies.documents import Attachment, Document, Style, write_document
from assemblies.domains import Domain, Operation
from assemblies.inspection.verify import verify_library
from assemblies.journal.flush import flush
from assemblies.models import Assembly, Content, JournalEntry, UserCreatedAssembly, Watermark
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from assemblies.revisions.document import document_of
from devmode.actor import Actor
from tests.documents_made import script
from tests.official.published_folder import guid, publish, source_of
from tests.permits import (
    may_adopt,
    may_attach,
    may_clone,
    may_create,
    may_delete,
    may_detach,
    may_discard,
    may_import,
    may_revert,
    may_sync,
    may_tag_many,
    may_update,
)

LATER = {"risk": {"level": 3, "of": [True, 1, 1.0]}, "unknown": None}
LATER_OF_FILE = {"scanned": True}
FILES = [Attachment("a.txt", "text/plain", b"a\n", {}), Attachment("b.txt", "text/plain", b"b\n", {})]


def write_as_later(row: Assembly, actor: Actor, **keys: Any) -> int:
    """Give an assembly a revision with keys that nobody knows; return its sequence."""
    facts = json.loads(row.content) | keys
    facts["files"] = [attachment | LATER_OF_FILE for attachment in facts["files"]]
    content = Content.from_json(json.dumps(facts))

    def rewrite(_row: Assembly | None, _now: datetime) -> Content:
        return content

    change = Change(guid=row.guid, operation=Operation.UPDATE, rewrite=rewrite)
    return commit([change], permit=Permit(actor=actor, event=LibraryEvent.UPDATE))[0].revision


def later_keys(guid: str) -> dict[str, Any]:
    """Return what the newest entry's text says in addition, and what its files do, read without our reader."""
    entry = JournalEntry.objects.of_assembly(guid).order_by("-sequence")[0]
    facts = json.loads(entry.content)
    assert Assembly.objects.get(guid=guid).content == entry.content
    found = {name: facts[name] for name in facts.keys() & (LATER.keys() | {"added"})}
    return found | {"files": [one["file_name"] for one in facts["files"] if one.items() >= LATER_OF_FILE.items()]}


WHOLE = LATER | {"files": ["a.txt", "b.txt"]}


@pytest.fixture
def row(library: PayloadStore, operator: Actor) -> Assembly:
    made = create(script(guid=guid(1), files=FILES), domain=Domain.USER, permit=may_create(operator), store=library)
    write_as_later(Assembly.objects.get(guid=made.guid), operator, **LATER)
    return Assembly.objects.get(guid=made.guid)


def test_edits_keep_them(library: PayloadStore, operator: Actor, row: Assembly) -> None:
    update(row.guid, {"summary": "Other words"}, payload=b"echo other\n", permit=may_update(operator), store=library)
    tag_many([row.guid], "night", permit=may_tag_many(operator))
    assert later_keys(row.guid) == WHOLE


def test_a_file_loses_its_own_with_its_bytes(library: PayloadStore, operator: Actor, row: Assembly) -> None:
    attach(row.guid, "a.txt", [b"new"], mime_type="text/plain", max_bytes=9, permit=may_attach(operator), store=library)
    assert later_keys(row.guid) == LATER | {"files": ["b.txt"]}
    detach(row.guid, "b.txt", permit=may_detach(operator))
    assert later_keys(row.guid) == LATER | {"files": []}


def test_a_key_alone_makes_a_revision(library: PayloadStore, operator: Actor, row: Assembly) -> None:
    sequence = write_as_later(row, operator, **LATER | {"risk": 4})
    assert (sequence, later_keys(row.guid)["risk"]) == (row.sequence + 1, 4)
    assert write_as_later(row, operator, **LATER | {"risk": 4}) == sequence


def test_they_are_no_part_of_the_meaning(library: PayloadStore, operator: Actor, row: Assembly) -> None:
    first = JournalEntry.objects.of_assembly(row.guid).order_by("sequence")[0].read_content()
    content = row.read_content()
    assert first is not None
    assert first.content_hash == content.content_hash == document_of(row.guid, content, library).content_hash


def test_going_back_brings_those_of_the_revision(library: PayloadStore, operator: Actor, row: Assembly) -> None:
    write_as_later(row, operator, added=1)
    assert later_keys(row.guid) == WHOLE | {"added": 1}
    revert(row.guid, sequence=row.sequence, permit=may_revert(operator), store=library)
    assert later_keys(row.guid) == WHOLE
    revert(row.guid, sequence=1, permit=may_revert(operator), store=library)
    assert later_keys(row.guid) == {"files": []}


def test_a_deleted_assembly_comes_back_with_them(library: PayloadStore, operator: Actor, row: Assembly) -> None:
    delete(row.guid, permit=may_delete(operator))
    revert(row.guid, sequence=row.sequence, permit=may_revert(operator), store=library)
    assert later_keys(row.guid) == WHOLE


def test_discarding_goes_back_to_those_that_were_written(library: PayloadStore, operator: Actor, row: Assembly) -> None:
    flush()
    write_as_later(row, operator, added=1)
    discard(row.guid, permit=may_discard(operator), store=library)
    assert later_keys(row.guid) == WHOLE


def test_a_copy_has_them(library: PayloadStore, operator: Actor, row: Assembly) -> None:
    assert later_keys(clone(row.guid, domain=Domain.USER, permit=may_clone(operator)).guid) == WHOLE


def test_an_imported_document_replaces_what_documents_say_and_leaves_them(
    library: PayloadStore, operator: Actor, row: Assembly
) -> None:
    other = script(
        "Other", b"echo other\n", guid=row.guid, files=[FILES[1], Attachment("c.txt", "text/plain", b"c", {})]
    )
    import_documents(
        [other], domain=Domain.USER, on_conflict=OnConflict.UPDATE, permit=may_import(operator), store=library
    )
    assert Assembly.objects.get(guid=row.guid).display_name == "Other"
    assert later_keys(row.guid) == LATER | {"files": ["b.txt"]}


def test_a_new_assembly_under_the_guid_of_a_deleted_one_has_none(
    library: PayloadStore, operator: Actor, row: Assembly
) -> None:
    delete(row.guid, permit=may_delete(operator))
    create(script("Another", guid=row.guid), domain=Domain.USER, permit=may_create(operator), store=library)
    assert later_keys(row.guid) == {"files": []}


def test_a_sync_leaves_them(library: PayloadStore, command: Actor, tmp_path: Path) -> None:
    publish(tmp_path, 1)
    sync(source_of(tmp_path), permit=may_sync(command), store=library)
    write_as_later(Assembly.objects.get(guid=guid(1)), command, **LATER)
    publish(tmp_path, 1, name="Number one")
    sync(source_of(tmp_path), permit=may_sync(command), store=library)
    assert Assembly.objects.get(guid=guid(1)).display_name == "Number one"
    assert later_keys(guid(1)) == LATER | {"files": []}


def test_no_document_says_them(library: PayloadStore, row: Assembly) -> None:
    document: Document = document_of(row.guid, row.read_content(), library)
    for style in Style:
        assert "risk" not in json.dumps(write_document(document, style, envelope=None))


def test_replica_catalogue_and_verification_have_the_very_text(
    library: PayloadStore, operator: Actor, row: Assembly
) -> None:
    flush()
    assert UserCreatedAssembly.objects.get().content == row.content
    assert library_catalogue().current().entries[row.guid].content.to_json() == row.content
    verified = verify_library(library, now=timezone.now())
    assert (verified.findings, verified.notes) == ([], [])


def test_a_domain_database_brings_them_back(library: PayloadStore, operator: Actor, row: Assembly) -> None:
    flush()
    update(row.guid, {"summary": "Lost with the default database"}, permit=may_update(operator), store=library)
    Watermark.objects.using("user_created").update(journal_id="another")
    adopt_replica(Domain.USER, permit=may_adopt(operator), store=library)
    assert Assembly.objects.get(guid=row.guid).content == row.content


def test_content_is_equal_by_what_it_says(row: Assembly) -> None:
    content = row.read_content()
    assert content == Content.from_json(row.content)
    assert content != replace(content, unknown={})
