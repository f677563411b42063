"""The bytes of a script, and the rule that tells base64 from plain text.

What a document says of its encoding is obeyed. A document that says nothing is base64 when it has the authoring shape
and plain text otherwise; the look of the text never decides, so plain text that happens to be valid base64 stays plain.
"""

from typing import Any, Literal, TypeAlias

from assemblies.documents.decoding import decode_base64, encode_base64, step
from assemblies.documents.payload_text import decode_text
from assemblies.documents.shapes import SCRIPT_KEYS, spelt_once
from assemblies.errors import InvalidDocument, InvalidField

ScriptEncoding: TypeAlias = Literal["base64", "text"]

AUTHORING_KEYS = frozenset({"name", "type", "script", "timeout_seconds", "variables", "files"})
BASE64_WORDS = frozenset({"base64", "b64", "base-64"})
_PLAIN_WORDS = frozenset({"plain", "text", "utf-8", "utf8"})


def read_script(document: dict[str, Any], prefix: str) -> bytes:
    """The exact bytes of a document's script. Raises InvalidDocument where there is none."""
    encoded = _is_base64(document, prefix)
    spellings = [(key, document[key]) for key in SCRIPT_KEYS if document.get(key) is not None]
    if not spellings:
        raise InvalidDocument("The document has no script.", field=step(prefix, "script"))
    bodies = [_body(value, step(prefix, key), encoded) for key, value in spellings]
    if any(body != bodies[0] for body in bodies):
        message = f"This is another script than the one under {spellings[0][0]}."
        raise InvalidField(message, field=step(prefix, spellings[1][0]))
    return bodies[0]


def write_script(script: bytes, encoding: ScriptEncoding) -> tuple[str, str]:
    """The text of a script and the word for its encoding; bytes that are no text fall back to base64."""
    text = decode_text(script) if encoding == "text" else None
    return (encode_base64(script), "base64") if text is None else (text, "plain")


def _is_base64(document: dict[str, Any], prefix: str) -> bool | None:
    """True and False are what the document says; None is the authoring shape, which says nothing and means base64."""
    word = spelt_once(document, ("script_encoding", "scriptEncoding"), prefix)
    if word is None:
        return None if document.keys() >= AUTHORING_KEYS and "version" not in document else False
    known = word.strip().lower() if isinstance(word, str) else ""
    if known not in BASE64_WORDS | _PLAIN_WORDS:
        raise InvalidField('This must be "base64" or "plain".', field=step(prefix, "script_encoding"))
    return known in BASE64_WORDS


def _body(value: Any, field: str, encoded: bool | None) -> bytes:
    if isinstance(value, list):
        return _joined(value, field, encoded)
    if not isinstance(value, str):
        raise InvalidField("This must be text or a list of lines.", field=field)
    if encoded is False:
        return value.encode("utf-8")
    try:
        return decode_base64(value, field)
    except InvalidField:
        if encoded:
            raise
    hint = (
        'A document of this shape holds its script in canonical base64; for plain text add "script_encoding": "plain".'
    )
    raise InvalidField(hint, field=field)


def _joined(lines: list[Any], field: str, encoded: bool | None) -> bytes:
    if encoded:
        raise InvalidField("A list of lines is plain text and cannot be base64.", field=field)
    for index, value in enumerate(lines):
        if not isinstance(value, str):
            raise InvalidField("This must be text.", field=step(field, index))
    return "\n".join(lines).encode("utf-8")
