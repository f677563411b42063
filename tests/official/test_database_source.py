"""A domain database file as the official source."""

import base64
import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections

from assemblies.actions.create import create
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.errors import SourceUnreadable, SyncRefused
from assemblies.models import Assembly
from assemblies.official.database_source import DatabaseSource, find_database
from assemblies.official.directory_source import DirectorySource
from assemblies.official.domain_file import DomainFile
from assemblies.official.open_source import open_source
from assemblies.official.signing_keys import SigningKey
from assemblies.official.source import SourceContents
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.backup.mirrored_library import on_sqlite
from tests.commands.calling import call
from tests.documents_made import script
from tests.official.published_folder import guid, publish_many, source_of
from tests.official.shipped_file import LIMIT_BYTES, change, empty_the_library, file_of, ship
from tests.permits import may_create, may_sync

LINEAGE = f'{{"assembly_guid": "{guid(1)}", "domain": "official", "revision": "1", "content_hash": ""}}'

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("library")]


@pytest.fixture
def shipped(tmp_path: Path, library: PayloadStore, command: Actor) -> Path:
    """A vendor's database with three assemblies; the library itself is empty again."""
    for number in (1, 2, 3):
        attached = [Attachment("a.txt", "text/plain", b"attached %d" % number, {})]
        made = script(f"Number {number}", b"echo %d\n" % number, guid=guid(number), files=attached)
        create(made, domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    database = ship(tmp_path / "vendor", library)
    empty_the_library()
    shutil.rmtree(library.storage.path(""))
    Path(library.storage.path("")).mkdir()
    return database


def read(database: Path) -> SourceContents:
    return DatabaseSource(place=str(database), file=file_of(database)).read()


def test_a_sync_from_a_database_brings_its_documents_and_their_bytes(
    shipped: Path, library: PayloadStore, command: Actor
) -> None:
    called = call("sync_official", str(shipped), "--json")
    assert called.exit_code == 0, called.stderr
    assert called.answer["added"] == [guid(1), guid(2), guid(3)]
    content = Assembly.objects.get(guid=guid(2)).read_content()
    assert [library.read(reference) for reference in content.references] == [b"echo 2\n", b"attached 2"]
    assert content.metadata["source_version"] == called.answer["source_version"]
    again = call("sync_official", str(shipped), "--json").answer
    assert (again["added"], again["changed"], again["unchanged"]) == ([], [], 3)


def test_the_file_is_not_changed_and_nothing_is_left_next_to_it(shipped: Path) -> None:
    before, siblings = shipped.read_bytes(), sorted(shipped.parent.iterdir())
    read(shipped)
    assert (shipped.read_bytes(), sorted(shipped.parent.iterdir())) == (before, siblings)


def test_a_catalogue_that_comes_as_a_database_instead_of_as_files_changes_nothing(
    tmp_path: Path, library: PayloadStore, command: Actor
) -> None:
    publish_many(tmp_path / "files", 3)
    sync(source_of(tmp_path / "files"), permit=may_sync(command), store=library)
    database = ship(tmp_path / "vendor", library)
    report = sync(DatabaseSource(place="db", file=file_of(database)), permit=may_sync(command), store=library)
    assert report.plan.changes_nothing
    assert report.plan.unchanged == 3


def test_the_version_follows_from_the_documents(shipped: Path, tmp_path: Path) -> None:
    version = read(shipped).version
    assert version.startswith("db:")
    copy = shutil.copytree(shipped.parent, tmp_path / "copy") / shipped.name
    assert read(copy).version == version
    change(copy, "DELETE FROM assemblies_domainassembly WHERE guid = ?", guid(3))
    assert read(copy).version != version


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("SET content = '{}'", "of another version"),
        ("SET content = 'x'", "of another version"),
        ("SET content = '[]'", "of another version"),
        ("SET guid = '../../etc'", "not an assembly GUID"),
        ("SET content = replace(content, 'bash', 'cobol')", "type"),
        ("SET content = json_set(content, '$.created_at', '2026-01-01')", "of another version"),
        ("SET content = json_set(content, '$.updated_by', json('[]'))", "of another version"),
        ("SET content = json_set(content, '$.payload_size_bytes', 70000)", "larger than the limit"),
        ("SET content = json_set(content, '$.files[0].size_bytes', 70000)", "larger than the limit"),
        ("SET content = json_set(content, '$.payload_guid', '../x')", "missing"),
        ("SET content = json_set(content, '$.display_name', 7)", "name"),
        ("SET content = json_set(content, '$.cloned_from', json('[1]'))", "of another version"),
        (f"SET content = json_set(content, '$.cloned_from', json('{LINEAGE}'))", "of another version"),
    ],
)
def test_a_row_that_does_not_hold_is_skipped_with_its_reason(shipped: Path, statement: str, reason: str) -> None:
    change(shipped, f"UPDATE assemblies_domainassembly {statement} WHERE guid = ?", guid(2))
    contents = read(shipped)
    assert [document.guid for document in contents.documents] == [guid(1), guid(3)]
    [skipped] = contents.skipped
    assert reason in skipped.reason


def test_a_row_whose_payload_is_missing_or_altered_is_skipped(shipped: Path) -> None:
    payloads = sorted((shipped.parent / "Payloads").glob("*/payload"))
    by_content = {path.read_bytes(): path for path in payloads}
    by_content[b"echo 1\n"].unlink()
    by_content[b"attached 3"].write_bytes(b"attached X")
    contents = read(shipped)
    assert [document.guid for document in contents.documents] == [guid(2)]
    assert [skipped.path for skipped in contents.skipped] == [guid(1), guid(3)]


def test_a_guid_in_two_spellings_is_taken_once(shipped: Path) -> None:
    upper = "ABCDEF00000000000000000000000001"
    copy = "INSERT INTO assemblies_domainassembly SELECT ?, content FROM assemblies_domainassembly WHERE guid = ?"
    change(shipped, copy, upper, guid(1))
    change(shipped, copy, upper.lower(), guid(1))
    contents = read(shipped)
    assert [document.guid for document in contents.documents].count(upper.lower()) == 1
    assert [skipped.reason for skipped in contents.skipped] == ["assembly_guid: Another row has the same GUID."]


def test_a_file_that_is_no_domain_database_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection, connection:
        connection.execute("CREATE TABLE invoices (id INTEGER)")
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"no database at all" * 100)
    for path in (foreign, garbage):
        with pytest.raises(SourceUnreadable, match="cannot be read as a database of this library"):
            read(path)
    called = call("sync_official", str(tmp_path / "absent.db"), "--json")
    assert (called.exit_code, called.answer["code"]) == (2, "source_unreadable")


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_a_database_in_use_or_copied_without_its_log_is_refused(shipped: Path, suffix: str) -> None:
    shipped.with_name(f"official.db{suffix}").write_bytes(b"frames")
    with pytest.raises(SourceUnreadable, match=f"{suffix} file"):
        read(shipped)


@on_sqlite
def test_the_librarys_own_database_is_refused(library: PayloadStore) -> None:
    own = Path(str(connections["official"].settings_dict["NAME"]))
    with pytest.raises(SourceUnreadable, match="in use"):
        read(own)


def test_what_a_place_names(shipped: Path, tmp_path: Path) -> None:
    folder = shipped.parent.parent
    assert find_database(str(shipped)) == shipped
    assert find_database(str(tmp_path / "absent.db")) == tmp_path / "absent.db"
    assert find_database(str(folder)) == shipped
    assert find_database(str(shipped.parent)) == shipped
    assert isinstance(open_source(str(folder)), DatabaseSource)
    publish_many(folder / "Assemblies", 1)
    assert find_database(str(folder)) is None, "documents win"
    assert isinstance(open_source(str(folder)), DirectorySource)
    assert find_database(str(tmp_path / "nowhere")) is None


def test_with_pinned_keys_the_database_must_be_signed(shipped: Path) -> None:
    private = Ed25519PrivateKey.generate()
    key = SigningKey(private.public_key().public_bytes_raw(), b"12345678")
    file = DomainFile(path=shipped, max_document_bytes=LIMIT_BYTES, max_attachment_bytes=LIMIT_BYTES, keys=(key,))
    source = DatabaseSource(place="db", file=file)
    with pytest.raises(SyncRefused, match="not signed"):
        source.read()
    sign(shipped, private, key)
    assert len(source.read().documents) == 3
    change(shipped, "DELETE FROM assemblies_domainassembly WHERE guid = ?", guid(1))
    with pytest.raises(SyncRefused, match="not those that were signed"):
        source.read()
    shipped.unlink()
    with pytest.raises(SourceUnreadable, match="There is no database"):
        source.read()


def sign(database: Path, private: Ed25519PrivateKey, key: SigningKey) -> None:
    """Write the manifest and its signature as minisign's older form does."""
    manifest = f"{hashlib.sha256(database.read_bytes()).hexdigest()}  {database.name}\n".encode()
    signature = private.sign(manifest)
    comment = "timestamp:0"
    lines = [
        "untrusted comment: signature",
        base64.b64encode(b"Ed" + key.key_id + signature).decode(),
        f"trusted comment: {comment}",
        base64.b64encode(private.sign(signature + comment.encode())).decode(),
        "",
    ]
    (database.parent / "MANIFEST").write_bytes(manifest)
    (database.parent / "MANIFEST.minisig").write_text("\n".join(lines))
