"""The number by which notes of files that were read are believed, or not any more."""

import hashlib
from pathlib import Path

from assemblies import documents
from assemblies.bundles import collect
from assemblies.documents import READER_VERSION

# Who writes documents, or says something about them, decides nothing about what is read.
NO_READERS = {
    "__init__.py", "character_table.py", "findings.py", "hidden_characters.py", "searchable.py", "writing.py",
    "written_fields.py",
}  # fmt: skip
READ_BY = (1, "cfd6f002e9cd909e")


def reading_code() -> str:
    digest = hashlib.sha256()
    for path in [*sorted(Path(documents.__file__).parent.glob("*.py")), Path(collect.__code__.co_filename)]:
        if path.name not in NO_READERS:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def test_a_change_of_the_reader_decides_about_its_version() -> None:
    assert (READER_VERSION, reading_code()) == READ_BY, (
        "The code that reads documents changed. If the same bytes may now come to another document, or be refused, or "
        f"be no longer, raise READER_VERSION in documents/reading.py. Then READ_BY here is the new version with "
        f"{reading_code()!r}."
    )
