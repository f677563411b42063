"""Zips of documents: each member by itself, and all of them within one allowance."""

import io
import json
import zipfile
from typing import IO

import pytest

from assemblies.bundles.archive import Allowance, is_archive, read_members
from assemblies.bundles.collect import Outcome
from assemblies.bundles.export import write_archive
from assemblies.errors import DocumentTooLarge, InvalidDocument

MOST = 1 << 16


def document(name: str = "Say hello", **fields: object) -> bytes:
    return json.dumps({"name": name, "type": "bash", "script": "true\n"} | fields).encode()


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def members_of(content: bytes, *, allowance: Allowance | None = None) -> list[Outcome]:
    read = read_members(
        io.BytesIO(content), max_document_bytes=MOST, max_attachment_bytes=MOST, allowance=allowance or Allowance(MOST)
    )
    return list(read)


def test_one_bad_member_hides_no_other() -> None:
    content = zipped({"1.json": b"{", "2.JSON": document(), "3.json": document(assembly_guid="no")})
    first, second, third = members_of(content)
    assert first.refusal is not None and first.refusal.detail["member"] == "1.json"
    assert second.document is not None and second.document.display_name == "Say hello"
    assert third.refusal is not None


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_is_one_refusal(compression: int) -> None:
    content = bytearray(zipped({"1.json": document("x" * 90), "2.json": document()}, compression))
    for at in range(48, 56):
        content[at] ^= 0xFF
    damaged, sound = members_of(bytes(content))
    assert isinstance(damaged.refusal, InvalidDocument)
    assert sound.document is not None


def test_what_refused_members_unpack_counts_as_well() -> None:
    """Else a thousand bombs would each be unpacked as far as one document may go."""
    allowance = Allowance(3 * MOST)
    found = members_of(zipped({f"{n}.json": b" " * (MOST * 4) for n in range(50)}), allowance=allowance)
    assert all(isinstance(member.refusal, DocumentTooLarge) for member in found)
    assert allowance.bytes_left == 0


def test_several_archives_share_one_allowance() -> None:
    content = zipped({"1.json": document("x" * 200)})
    allowance = Allowance(400)
    assert members_of(content, allowance=allowance)[0].document is not None
    refusal = members_of(content, allowance=allowance)[0].refusal
    assert refusal is not None and "in parts" in refusal.message


@pytest.mark.parametrize("content", [b"PK\x03\x04", zipped({"a.txt": b""}), zipped({"1.json": document()})[:-9]])
def test_what_is_wrong_with_the_whole_archive_is_one_refusal(content: bytes) -> None:
    with pytest.raises(InvalidDocument):
        members_of(content)


def test_an_archive_is_known_by_its_beginning() -> None:
    file: IO[bytes] = io.BytesIO(zipped({}))
    assert is_archive(file) and file.tell() == 0
    assert not is_archive(io.BytesIO(b"{}"))


def test_what_is_written_is_read_again() -> None:
    with write_archive([("a.json", document())]) as file:
        [found] = members_of(file.read())
    assert found.document is not None and found.document.display_name == "Say hello"
