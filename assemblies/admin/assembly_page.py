"""What the page of one assembly shows beside its fields: script, hidden characters and revisions.

A payload that is missing or corrupt is said so in words; its bytes are never shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assemblies.actions.contents import text_of
from assemblies.actions.staging import references
from assemblies.conf import payload_store
from assemblies.documents import find_hidden_characters
from assemblies.errors import Failure
from assemblies.models import Assembly, Content, JournalEntry

REVISIONS_SHOWN = 100


@dataclass(frozen=True)
class Script:
    """A payload as text, or why there is none to be read."""

    text: str | None
    problem: str = ""
    flags: Sequence[dict[str, Any]] = ()


def page_of(row: Assembly) -> dict[str, Any]:
    """Return the context of the page."""
    content = row.read_content()
    revisions = list(JournalEntry.objects.of_assembly(row.guid).defer("content")[: REVISIONS_SHOWN + 1])
    return {
        "document": content,
        "script": read_script(content),
        "revisions": revisions[:REVISIONS_SHOWN],
        "has_older_revisions": len(revisions) > REVISIONS_SHOWN,
    }


def read_script(content: Content) -> Script:
    try:
        payload = payload_store().read(references(content)[0])
    except Failure as failure:
        return Script(None, failure.message)
    text = text_of(payload)
    if text is None:
        return Script(None, "The payload is binary.")
    return Script(text, flags=find_hidden_characters("script", text))
