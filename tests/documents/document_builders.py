"""Documents to test with: small ones of each shape, and the real ones where the machine has them."""

import base64
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assemblies.documents import Document, Style, read_document
from assemblies.documents.shapes import SOURCE_KEYS

MAX_BYTES = 1 << 20
GUID = "189e450acf0546adc35aa8d4faaea8dc0a8784cf"


def as_base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def authoring(script: bytes = b"echo hello\n", **changes: Any) -> dict[str, Any]:
    return {
        "assembly_guid": GUID,
        "name": "Say hello",
        "description": "Says hello.",
        "type": "bash",
        "script": as_base64(script),
        "timeout_seconds": 60,
        "variables": [],
        "files": [],
    } | changes


def graph(**changes: Any) -> dict[str, Any]:
    return {
        "tab_name": "Sum",
        "nodes": [
            {"id": "a", "type": "DataNode", "position": {"x": 1.5, "y": 2}, "data": {"label": "A", "value": "5"}}
        ],
        "edges": [{"id": "e", "source": "a", "target": "a", "sourceHandle": None}],
    } | changes


def encoded_workflow(**changes: Any) -> dict[str, Any]:
    workflow = as_base64(json.dumps(graph()).encode())
    return {"assembly_guid": GUID, "name": "Sum", "description": "", "type": "workflow", "workflow": workflow} | changes


def envelope(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"assembly_guid": GUID, "display_name": "Say hello", "summary": "Says hello.", "payload": payload} | changes


def read(value: Any) -> Document:
    """Read a document the way every door does: from its JSON text."""
    raw = value if isinstance(value, bytes | str) else json.dumps(value)
    return read_document(raw, max_bytes=MAX_BYTES)


def real_documents() -> list[Any]:
    """A pytest parameter for each real document, or one that skips."""
    folder = os.environ.get("BOREALIS_TEST_CORPUS")
    if not folder:
        return [pytest.param(None, marks=pytest.mark.skip("BOREALIS_TEST_CORPUS names no folder of real documents"))]
    return [pytest.param(path, id=path.stem) for path in sorted(Path(folder).rglob("*.json"))]


def as_kept_by(document: Document, style: Style | None) -> Document:
    """What of a document a style keeps: where it came from stays with the envelope, and legacy has no GUID.

    A style of None stands for the tree.
    """
    if style is Style.ENVELOPE:
        return document
    metadata = {key: value for key, value in document.metadata.items() if key not in SOURCE_KEYS}
    return replace(document, metadata=metadata, guid=None if style is Style.LEGACY else document.guid)
