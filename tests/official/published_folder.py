"""A small folder of published documents for tests."""

import json
from pathlib import Path
from typing import Any

from assemblies.documents import Document
from assemblies.official.directory_source import DirectorySource
from assemblies.official.source import Published, SourceDocument


def guid(number: int) -> str:
    return f"{number:032x}"


def publish(folder: Path, number: int, *, path: str = "", **fields: Any) -> Path:
    """Write document `number` and return its file."""
    file = folder / (path or f"scripts/linux/number-{number}.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    entry = {
        "assembly_guid": guid(number),
        "name": f"Number {number}",
        "description": "Says a number.",
        "type": "bash",
        "script": f"echo {number}\n",
        "script_encoding": "plain",
    }
    file.write_text(json.dumps(entry | fields))
    return file


def publish_many(folder: Path, count: int) -> None:
    for number in range(1, count + 1):
        publish(folder, number)


def read_again(published: Published) -> Document:
    """Return the document of one that was read."""
    assert isinstance(published, SourceDocument)
    return published.document


def source_of(folder: Path) -> DirectorySource:
    return DirectorySource(place=str(folder), max_document_bytes=65536, max_attachment_bytes=65536)
