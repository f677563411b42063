"""Small documents for tests."""

from typing import Any

from assemblies.documents import Document


def script(name: str = "Say hello", payload: bytes = b"echo hello\n", **fields: Any) -> Document:
    """A bash script."""
    values: dict[str, Any] = {"guid": None, "type_name": "bash", "category": "script"}
    return Document(**(values | {"display_name": name, "payload": payload} | fields))
