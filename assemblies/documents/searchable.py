"""The text of a payload that people search in, and the form in which words are compared."""

from unicodedata import normalize

from assemblies.documents.payload_text import decode_text
from assemblies.documents.workflow import graph_of
from assemblies.domains import Kind


def folded(text: str) -> str:
    """Return the form in which texts are equal that differ in letter case or in NFC and NFD alone.

    Line ends stay where they are, so that lines keep their numbers.
    """
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFD", text).casefold())


def searchable_text(kind: Kind, payload: bytes) -> str:
    """A script's text, empty where its bytes are none; of a workflow what its nodes say, one piece per line."""
    if kind is not Kind.WORKFLOW:
        return decode_text(payload) or ""
    lines = []
    for node in graph_of(payload)["nodes"]:
        content = node.get("data")
        if isinstance(content, dict):
            pieces = (content.get(key) for key in ("label", "content", "value"))
            lines += [str(piece) for piece in pieces if isinstance(piece, str | int | float) and piece != ""]
    return "\n".join(lines)
