"""What people correct of a document before it is imported: a revision of its own, right behind what was read.

So the history tells both, and the next import of the same file sees that it says nothing new.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from assemblies.actions.change import Change, Receipt, require_live
from assemblies.actions.contents import edited, stamped, with_content_hash
from assemblies.domains import Operation
from assemblies.models import Assembly, Content

# Fields by their names in `Content`; empty where a document is imported as it was read.
Correction = Mapping[str, Any]


def correcting(imported: Change, correction: Correction, *, actor_name: str) -> Change:
    """Return the change that comes after the import of a document."""

    def rewrite(row: Assembly | None, now: datetime) -> Content:
        living = require_live(row, imported.guid)
        content = with_content_hash(edited(living.read_content(), correction, None, None))
        return stamped(content, row, actor_name=actor_name, now=now)

    return replace(imported, operation=Operation.UPDATE, rewrite=rewrite, expected_revision=None)


def joined(receipts: Sequence[Receipt], corrected: Sequence[int]) -> list[Receipt]:
    """Return one receipt for each document: the last are those of the corrections of the documents at `corrected`."""
    count = len(receipts) - len(corrected)
    corrections = dict(zip(corrected, receipts[count:], strict=True))
    return [
        replace(corrections[at], created=one.created, changed=one.changed or corrections[at].changed)
        if at in corrections
        else one
        for at, one in enumerate(receipts[:count])
    ]
