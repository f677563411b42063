"""Hash chaining for append-only records: each hash covers the record's facts and the hash before it."""

import hashlib
import json
from collections.abc import Mapping


def chained_hash(previous_hash: str, facts: Mapping[str, object]) -> str:
    """Return the SHA-256, in hexadecimal, of `facts` following `previous_hash`."""
    text = json.dumps([previous_hash, facts], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
