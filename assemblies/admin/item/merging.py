"""The script that two people changed: both changes together in the form, and for lines that both changed a choice.

The form carries what was typed (`typed_payload`), the revision that it was typed upon (`merge_base`) and a `clash` for
each place, in order. What was typed into the script after the choices were shown stands, whatever is chosen.
"""

from django.http import QueryDict

from assemblies.admin.item.editing import Changes, Revision, earlier_or_newest
from assemblies.admin.item.form import payload_as_text
from assemblies.admin.page import sent_number
from assemblies.catalogue import CatalogueEntry
from assemblies.diffing.three_way import Merge, Pick, merge
from assemblies.documents.payload_text import with_line_feeds
from assemblies.domains import Kind

PICKS = {pick.value: pick for pick in Pick}


def merge_of(base: Revision, newest: Revision, yours: Changes) -> Merge | None:
    """Return both changes of a script together; None where not both changed it or there is no text to put together.

    A graph is none: lines of JSON from two sides need not be a graph.
    """
    if yours.payload is None or base.content.payload_sha256 == newest.content.payload_sha256:
        return None
    typed = None if base.content.kind is Kind.WORKFLOW else payload_as_text(base.content.kind, yours.payload)
    return _merged(base, newest, typed)


def with_picks(sent: QueryDict, entry: CatalogueEntry, newest: Revision) -> QueryDict:
    """Return what was sent, the choices of a merge made in its script."""
    number, typed = sent_number(sent, "merge_base"), sent.get("typed_payload")
    picks = [PICKS.get(word, Pick.YOURS) for word in sent.getlist("clash")]
    if number is None or typed is None or not set(picks) - {Pick.YOURS}:
        return sent
    shown = _merged(earlier_or_newest(entry, number), newest, with_line_feeds(typed))
    if shown is None:
        return sent
    chosen = sent.copy()
    chosen["payload"] = merge(shown.text(), shown.text(picks), with_line_feeds(sent.get("payload", ""))).text()
    return chosen


def _merged(base: Revision, newest: Revision, typed: str | None) -> Merge | None:
    before, theirs = (payload_as_text(one.content.kind, one.payload) for one in (base, newest))
    return None if before is None or theirs is None or typed is None else merge(before, theirs, typed)
