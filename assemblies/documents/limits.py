"""How large the parts of a document may be, in bytes: all follow from the one bound of a script or graph.

They are what people see: the script, the files and what is said about them, each as it is, and not as JSON spells it.
Whatever keeps to them can be written in every style and be read again by every door.
"""

from typing import Any

from assemblies.documents.canonical import canonical_json
from assemblies.errors import DocumentTooLarge

SLACK_BYTES = 64 * 1024


def max_json_bytes(max_bytes: int) -> int:
    """Return how large a JSON document may be: its script and its files as base64, and what is said about them."""
    return 3 * max_bytes + SLACK_BYTES


def check_script_size(script: bytes, max_bytes: int) -> None:
    """Raise DocumentTooLarge for a script, or the canonical JSON of a graph, above the bound."""
    if len(script) > max_bytes:
        raise DocumentTooLarge(
            "The script or workflow is larger than the limit.", limit_bytes=max_bytes, size_bytes=len(script)
        )


def check_inline_size(size_bytes: int, max_bytes: int) -> None:
    """Raise DocumentTooLarge when the files that stand in the JSON itself are larger together than a script may be."""
    if size_bytes > max_bytes:
        raise DocumentTooLarge(
            "The files in this document are together larger than the limit; put them next to it, as in the tree style.",
            limit_bytes=max_bytes,
            size_bytes=size_bytes,
        )


def check_facts_size(facts: Any, max_bytes: int) -> None:
    """Raise DocumentTooLarge when what is said next to the script and the files is larger than a script may be."""
    size = len(canonical_json(facts))
    if size > max_bytes + SLACK_BYTES:
        raise DocumentTooLarge(
            "The variables, metadata and other fields are together larger than the limit.",
            limit_bytes=max_bytes,
            size_bytes=size,
        )
