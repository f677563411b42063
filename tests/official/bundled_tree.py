"""The bundled official catalogue as the tests see it: documents next to their scripts, and how to run one.

Reads the files itself, without the project's own decoder, so that the catalogue is judged by the format alone.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import assemblies.official
from tests.patience import HANG_SECONDS

BUNDLED = Path(assemblies.official.__path__[0]) / "bundled"
TREE = BUNDLED / "Assemblies"
EXTENSIONS = {"powershell": "ps1", "batch": "bat", "bash": "sh", "python": "py", "ansible": "yml"}


@dataclass(frozen=True)
class Document:
    """One document of the tree and the files that belong to it."""

    path: Path
    fields: dict[str, Any]

    @property
    def script_path(self) -> Path:
        return self.path.with_suffix("." + EXTENSIONS[self.fields["type"]])

    @property
    def script(self) -> str:
        return self.script_path.read_bytes().decode("utf-8")

    @property
    def attachments(self) -> list[Path]:
        folder = self.path.with_suffix(".files")
        return sorted(folder.iterdir(), key=lambda path: int(path.name)) if folder.is_dir() else []

    @property
    def variable_names(self) -> set[str]:
        return {variable["name"] for variable in self.fields["variables"]}


def documents(kind: str | None = None) -> list[Document]:
    found = [Document(path, json.loads(path.read_bytes())) for path in sorted(TREE.rglob("*.json"))]
    return [document for document in found if kind in (None, document.fields["type"])]


def get_document(stem: str) -> Document:
    (path,) = TREE.rglob(f"{stem}.json")
    return Document(path, json.loads(path.read_bytes()))


def name_of(document: Document) -> str:
    return document.path.stem


def run(stem: str, search_path: str = os.defpath, **variables: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a bash or Python script as an agent would: its variables and a search path are the whole environment."""
    document = get_document(stem)
    interpreter = [sys.executable, "-I"] if document.fields["type"] == "python" else ["/bin/bash"]
    environment = {"PATH": search_path} | {name: str(value) for name, value in variables.items()}
    return subprocess.run(
        [*interpreter, str(document.script_path)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )


def environment_reads(document: Document) -> set[str]:
    """Return the names of the variables a script reads from its environment."""
    script = document.script
    match document.fields["type"]:
        case "powershell":
            return set(re.findall(r"\$env:(\w+)", code_without_comments(script, "#")))
        case "batch":
            code = code_without_comments(script, "rem ")
            names = re.findall(r"%([A-Za-z_]\w*)%|!([A-Za-z_]\w*)!|(?:not )?defined ([A-Za-z_]\w*)", code)
            # A script's own variables are in lower case.
            return {name for groups in names for name in groups if name and not name.islower()}
        case "bash":
            return set(re.findall(r"\$\{?([A-Z][A-Z0-9_]*)", code_without_comments(script, "#")))
        case "python":
            return set(re.findall(r"os\.environ(?:\.get\(|\[)\"(\w+)\"", script))
        case kind:
            raise ValueError(kind)


def code_without_comments(script: str, mark: str) -> str:
    return "\n".join(line for line in script.splitlines() if not line.lstrip().startswith(mark))
