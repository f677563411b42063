"""The demonstration's own documents hold together: people will read and copy them."""

import subprocess

import pytest
import yaml

from assemblies.demo.documents import CONTENT, read_documents
from assemblies.documents import Document

FOLDERS = ("official", "official-update", "official-next", "community", "user", "user-pending")


def documents() -> list[Document]:
    return [document for folder in FOLDERS for document in read_documents(folder).values()]


def test_every_file_is_read() -> None:
    written = {path.relative_to(CONTENT).as_posix() for path in CONTENT.rglob("*.json")}
    assert len(documents()) == len(written)
    assert {name.partition("/")[0] for name in written} == set(FOLDERS)


@pytest.mark.parametrize("type_name", ["bash", "python", "ansible", "batch", "powershell", "workflow"])
def test_every_script_can_be_parsed(type_name: str) -> None:
    found = [document for document in documents() if document.type_name == type_name]
    assert found
    for document in found:
        parsed(document)


def parsed(document: Document) -> None:
    """Parse a script by what would run it, as far as this machine has that."""
    match document.type_name:
        case "bash":
            subprocess.run(["/bin/bash", "-n"], input=document.payload, check=True, capture_output=True)
        case "python":
            compile(document.payload, document.display_name, "exec")
        case "ansible":
            (play,) = yaml.safe_load(document.payload)
            assert {"name", "hosts", "tasks"} <= set(play)
        case "batch":
            assert document.payload.startswith(b"@echo off\r\n")
            assert document.payload.count(b"\n") == document.payload.count(b"\r\n")
        case "powershell":
            assert document.payload.count(b"{") == document.payload.count(b"}")
