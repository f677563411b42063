"""A replica's row, written by hand."""

from datetime import UTC, datetime
from typing import Any


def replica_row(**fields: Any) -> dict[str, Any]:
    return {
        "guid": "0f" * 20,
        "sequence": 1,
        "content": "{}",
        "display_name": "By hand",
        "kind": "script",
        "assembly_type": "bash",
        "payload_guid": "0e" * 16,
        "payload_sha256": "0d" * 32,
        "content_hash": "0c" * 32,
        "updated_at": datetime(2026, 1, 1, tzinfo=UTC),
        "updated_by": "ada",
    } | fields
