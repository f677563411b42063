"""What names a payload, and the only place where a GUID becomes a file name.

Only GUIDs minted here ever name files: anything else is refused before it can be joined to a path.
"""

import re
import uuid
from dataclasses import dataclass

from ..errors import PayloadMissing

PAYLOAD_FILE_NAME = "payload"

_MINTED_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class PayloadReference:
    """What a row keeps of its payload: enough to find the bytes and to know whether they are still the same."""

    guid: str
    sha256: str
    size_bytes: int


def new_payload_guid() -> str:
    return str(uuid.uuid4())


def is_payload_guid(name: str) -> bool:
    return _MINTED_GUID.fullmatch(name) is not None


def payload_name(guid: str) -> str:
    """The storage name of a payload's bytes. Raises PayloadMissing for a GUID that was never minted."""
    if not is_payload_guid(guid):
        raise PayloadMissing()
    return f"{guid}/{PAYLOAD_FILE_NAME}"
