"""The readable style: a small JSON beside the script itself and a folder of its attachments.

File names follow from the stem and the position alone; nothing in a document ever names a file.
"""

import re
import unicodedata
from collections.abc import Mapping

from assemblies.documents.attachments import write_attachment
from assemblies.documents.canonical import readable_json
from assemblies.documents.decoding import DEEPEST_WRAPPING, parse_json
from assemblies.documents.document import Document, Style
from assemblies.documents.reading import build_document
from assemblies.documents.workflow import graph_of
from assemblies.documents.writing import write_document
from assemblies.domains import AssemblyType, Kind
from assemblies.errors import DocumentTooLarge

_EXTENSIONS = {
    AssemblyType.POWERSHELL: "ps1",
    AssemblyType.BATCH: "bat",
    AssemblyType.BASH: "sh",
    AssemblyType.PYTHON: "py",
    AssemblyType.ANSIBLE: "yml",
}
_NOT_A_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG = 60


def write_tree(document: Document, stem: str) -> dict[str, bytes]:
    """The files of a document: relative name to bytes, `<stem>.json` first."""
    entry = write_document(document, Style.AUTHORING)
    files = {}
    if document.kind is Kind.WORKFLOW:
        entry["workflow"] = graph_of(document.payload)
    else:
        del entry["script"]
        entry.pop("script_encoding", None)
        files[script_name(stem, document.assembly_type)] = document.payload
    if document.files:
        entry["files"] = [write_attachment(file, with_data=False) for file in document.files]
        files |= {file_name(stem, position): file.data for position, file in enumerate(document.files)}
    return {f"{stem}.json": readable_json(entry)} | files


def read_tree(document_json: bytes, siblings: Mapping[str, bytes], stem: str, *, max_bytes: int) -> Document:
    """The document of a JSON file and the files beside it; a file that is whole in itself needs none.

    `siblings` is asked only for names that `script_name` and `file_name` give, so it may read as it is asked.
    """

    def find_script(assembly_type: AssemblyType) -> bytes | None:
        script = siblings.get(script_name(stem, assembly_type))
        if script is not None and len(script) > max_bytes:
            raise DocumentTooLarge(limit_bytes=max_bytes, size_bytes=len(script))
        return script

    def find_file(position: int) -> bytes | None:
        return siblings.get(file_name(stem, position))

    value = parse_json(document_json, max_bytes=max_bytes, max_depth=DEEPEST_WRAPPING)
    return build_document(value, find_script=find_script, find_file=find_file)


def script_name(stem: str, assembly_type: AssemblyType) -> str:
    """The file beside `<stem>.json` that holds the script of that language."""
    return f"{stem}.{_EXTENSIONS[assembly_type]}"


def file_name(stem: str, position: int) -> str:
    """The file that holds the attachment at that position of the list."""
    return f"{stem}.files/{position + 1}"


def safe_stem(document: Document) -> str:
    """A file stem that every system takes: what is left of the name, and enough of the GUID to tell twins apart."""
    ascii_name = unicodedata.normalize("NFKD", document.display_name).encode("ascii", "ignore").decode("ascii")
    slug = _NOT_A_SLUG.sub("-", ascii_name.lower())[:_LONGEST_SLUG].strip("-")
    return f"{slug or 'assembly'}--{(document.guid or document.content_hash)[:8]}"
