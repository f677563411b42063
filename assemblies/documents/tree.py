"""The readable style: a small JSON next to the script itself and a folder of its attachments.

File names follow from the stem and the position alone; nothing in a document ever names a file.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from assemblies.documents.canonical import fitting_json, readable_json
from assemblies.documents.document import Document, Style
from assemblies.documents.limits import max_json_bytes
from assemblies.documents.other_json import is_assembly, is_other_json
from assemblies.documents.reading import build_document, decode_document
from assemblies.documents.stand_ins import EMPTY_WORDS, find_stand_in
from assemblies.documents.workflow import graph_of
from assemblies.documents.writing import write_outline
from assemblies.domains import AssemblyType, Kind
from assemblies.errors import InvalidDocument, NotAnAssembly

# The first one is written; all are read, in any letter case.
_EXTENSIONS = {
    AssemblyType.POWERSHELL: ("ps1", "psm1"),
    AssemblyType.BATCH: ("bat", "cmd"),
    AssemblyType.BASH: ("sh", "bash"),
    AssemblyType.PYTHON: ("py",),
    AssemblyType.ANSIBLE: ("yml", "yaml"),
}
SCRIPT_EXTENSIONS = tuple(extension for extensions in _EXTENSIONS.values() for extension in extensions)
DEFAULT_MAX_BYTES = 1024 * 1024
_NOT_A_SLUG = re.compile(r"[^a-z0-9]+")
_MAX_SLUG_LENGTH = 60


def write_tree(document: Document, stem: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> dict[str, bytes]:
    """The files of a document: relative name to bytes, `<stem>.json` first; the JSON is readable where it then fits."""
    entry = write_outline(document, Style.AUTHORING)
    files = {}
    if document.kind is Kind.WORKFLOW:
        entry["workflow"] = graph_of(document.payload)
    elif document.payload:
        del entry["script"]
        entry.pop("script_encoding", None)
        files[script_name(stem, document.assembly_type)] = document.payload
    text = fitting_json(entry, max_json_bytes(max_bytes)) or readable_json(entry)
    return {f"{stem}.json": text} | files | sibling_files(document, stem)


def sibling_files(document: Document, stem: str) -> dict[str, bytes]:
    """The files of a document that stand next to its JSON."""
    return {file_name(stem, position): file.data for position, file in enumerate(document.files)}


def read_tree(document_json: bytes, siblings: Mapping[str, bytes], stem: str, *, max_bytes: int) -> Document:
    """The document of a JSON file and the files next to it; a file that is whole in itself needs none.

    `siblings` lists what is next to the JSON; only its script and its files are read from it, so it may read on demand.
    Raises NotAnAssembly for JSON of another kind, and what `read_document` raises.
    """

    def find_script(assembly_type: AssemblyType) -> bytes | None:
        name = _find_script_name(siblings, stem, assembly_type)
        script = siblings.get(name) if name else None
        return _checked_script(name, script) if name and script is not None else None

    def find_file(position: int) -> bytes | None:
        return siblings.get(file_name(stem, position))

    try:
        value = decode_document(document_json, max_bytes=max_bytes)
    except InvalidDocument as error:
        if is_other_json(document_json):
            raise NotAnAssembly(field="document") from error
        raise
    if not is_assembly(value):
        raise NotAnAssembly(field="document")
    return build_document(value, max_bytes=max_bytes, find_script=find_script, find_file=find_file)


def script_name(stem: str, assembly_type: AssemblyType) -> str:
    """The file next to `<stem>.json` that the script of that language is written to."""
    return f"{stem}.{_EXTENSIONS[assembly_type][0]}"


def _find_script_name(names: Iterable[str], stem: str, assembly_type: AssemblyType) -> str | None:
    """The file next to `<stem>.json` that holds the script. Raises InvalidDocument when several may."""
    known = [f"{stem}.{extension}" for extension in _EXTENSIONS[assembly_type]]
    found = [name for name in names if name.startswith(stem) and stem + name[len(stem) :].lower() in known]
    if known[0] in found or len(found) < 2:
        return known[0] if known[0] in found else next(iter(found), None)
    raise InvalidDocument(f"Several files may be its script: {', '.join(sorted(map(_base, found)))}.", field="script")


def _checked_script(name: str, script: bytes) -> bytes:
    """Refuse by its name what is no script. One that is meant to be empty stands in the JSON."""
    stand_in = find_stand_in(script) if script else EMPTY_WORDS
    if stand_in is not None:
        raise InvalidDocument(f"{_base(name)} {stand_in}", field="script")
    return script


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def file_name(stem: str, position: int) -> str:
    """The file that holds the attachment at that position of the list."""
    return f"{stem}.files/{position + 1}"


def safe_stem(document: Document) -> str:
    """A file stem that every system takes: what is left of the name, and enough of the GUID to tell twins apart."""
    ascii_name = unicodedata.normalize("NFKD", document.display_name).encode("ascii", "ignore").decode("ascii")
    slug = _NOT_A_SLUG.sub("-", ascii_name.lower())[:_MAX_SLUG_LENGTH].strip("-")
    return f"{slug or 'assembly'}--{(document.guid or document.content_hash)[:8]}"
