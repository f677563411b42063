"""Exporting assemblies."""

import json
import zipfile
from pathlib import Path

import pytest

from assemblies.actions.create import create
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.bundles.export import export_document, export_files, pack
from assemblies.documents import Style, read_document
from assemblies.domains import Domain
from assemblies.errors import PayloadCorrupt
from assemblies.journal.flush import flush
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_import


def test_a_flipped_byte_is_never_exported(library: PayloadStore, operator: Actor) -> None:
    create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    flush()
    row = Assembly.objects.get()
    path = Path(library.storage.path(f"{row.payload_guid}/payload"))
    path.write_bytes(b"echo hellO\n")
    for style in Style:
        with pytest.raises(PayloadCorrupt):
            export_document(row, style=style, store=library, with_payload_guid=False)
    with pytest.raises(PayloadCorrupt):
        list(export_files([row], style="tree", store=library))


def test_only_an_administrators_envelope_names_the_payload(library: PayloadStore, operator: Actor) -> None:
    create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    row = Assembly.objects.get()
    seen = export_document(row, style=Style.ENVELOPE, store=library, with_payload_guid=True)
    unseen = export_document(row, style=Style.ENVELOPE, store=library, with_payload_guid=False)
    assert seen["payload_guid"] == row.payload_guid
    assert "payload_guid" not in unseen
    assert unseen["content_hash"] == row.content_hash


def test_files_are_named_by_domain_kind_and_stem(library: PayloadStore, operator: Actor) -> None:
    create(script(guid="d" * 40), domain=Domain.USER, permit=may_create(operator), store=library)
    rows = list(Assembly.objects.all())
    authoring = dict(export_files(rows, style=Style.AUTHORING, store=library))
    tree = dict(export_files(rows, style="tree", store=library))
    assert list(authoring) == ["user/script/say-hello--dddddddd.json"]
    assert tree["user/script/say-hello--dddddddd.sh"] == b"echo hello\n"


@pytest.mark.parametrize("style", Style)
def test_every_real_document_comes_back_equal(
    library: PayloadStore, operator: Actor, corpus: Path, style: Style
) -> None:
    paths = sorted(corpus.rglob("*.json"))
    assert paths
    for path in paths:
        document = read_document(path.read_bytes(), max_bytes=2**20)
        [receipt] = import_documents(
            [document], domain=Domain.USER, on_conflict=OnConflict.UPDATE, permit=may_import(operator), store=library
        )
        row = Assembly.objects.get(guid=receipt.guid)
        exported = export_document(row, style=style, store=library, with_payload_guid=True)
        again = read_document(json.dumps(exported).encode(), max_bytes=2**21)
        assert again.content_hash == document.content_hash == row.content_hash, path.name
        assert again.payload == document.payload


def test_an_archive_names_what_is_missing_in_it(library: PayloadStore, operator: Actor) -> None:
    kept = create(script("Kept"), domain=Domain.USER, permit=may_create(operator), store=library)
    lost = create(script("Lost", b"echo lost\n"), domain=Domain.USER, permit=may_create(operator), store=library)
    library.delete(Assembly.objects.get(guid=lost.guid).payload_guid)
    packed = pack(Assembly.objects.all(), style="tree", store=library)
    with packed.file as file, zipfile.ZipFile(file) as archive:
        assert archive.namelist() == [f"user/script/kept--{kept.guid[:8]}.{suffix}" for suffix in ("json", "sh")]
    assert packed.count == 1
    assert [(one.guid, one.display_name) for one in packed.unreadable] == [(lost.guid, "Lost")]
