"""Read an archive whole, for tests of what was written."""

from typing import IO

from assemblies.bundles import Allowance, read_members
from assemblies.documents import Document

MOST = 1 << 28


def read_archive(file: IO[bytes]) -> list[Document]:
    """The documents of an archive, in its order. Fails where one is refused."""
    outcomes = list(read_members(file, max_document_bytes=MOST, max_attachment_bytes=MOST, allowance=Allowance(MOST)))
    assert [one.name for one in outcomes if one.refusal] == []
    return [one.document for one in outcomes if one.document]
