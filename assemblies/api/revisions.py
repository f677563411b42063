"""The history of an assembly, newest first; a deleted one's stays readable."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.revert import get_revision
from assemblies.api.description import GUID, READING_ONE, SEQUENCE
from assemblies.api.resource import AssemblyResource
from assemblies.api.shapes.revisions import RevisionDetail, RevisionList
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.journal.pending import persisted_sequences
from assemblies.models import Content, JournalEntry
from assemblies.revisions.history import find_history
from assemblies.web.actors import is_administrator
from assemblies.web.item_facts import detail_of
from assemblies.web.paging import ShortPageQuery, page_head, part_of
from devmode.api.schema import described
from devmode.api.shapes import MAX_NUMBER

CONTENT_FIELDS = (
    "summary", "category", "version", "tags", "operating_systems", "metadata", "payload_size_bytes",
    "created_at", "updated_at", "updated_by",
)  # fmt: skip


class RevisionViewSet(AssemblyResource):
    """Every revision of an assembly."""

    lookup_field, lookup_value_converter = "sequence", "int"

    @described(
        "List revisions",
        operation_id="list_revisions",
        query=ShortPageQuery,
        answers={200: RevisionList},
        parameters=(GUID,),
        refusals=READING_ONE,
    )
    def list(self, request: Request, guid: str) -> Response:
        wanted = self.query()
        entries, newest = self.resolved(guid, find_history)
        persisted = persisted_sequences()
        results = [line_of(entry, newest, persisted) for entry in part_of(entries, wanted)]
        return Response(page_head(request, wanted, entries.count()) | {"results": results})

    @described(
        "Read a revision",
        operation_id="read_revision",
        answers={200: RevisionDetail},
        parameters=(GUID, SEQUENCE),
        refusals=READING_ONE,
    )
    def retrieve(self, request: Request, guid: str, sequence: int) -> Response:
        _entries, newest = self.resolved(guid, find_history)
        entry, content = get_revision(newest.assembly_guid, min(sequence, MAX_NUMBER))
        line = line_of(entry, newest, persisted_sequences())
        facts = content_facts(content, administrator=is_administrator(request))
        return Response(line | facts | detail_of(content, payload_store()))


def line_of(entry: JournalEntry, newest: JournalEntry, persisted: Mapping[Domain, int]) -> dict[str, Any]:
    """Return a line of the history; a deletion has no content."""
    content = entry.read_content()
    return {
        "sequence": entry.sequence,
        "operation": entry.operation,
        "actor": entry.actor,
        "recorded_at": entry.recorded_at,
        "display_name": content.display_name if content else None,
        "checksum": content.payload_sha256 if content else None,
        "content_hash": content.content_hash if content else None,
        "is_current": entry.sequence == newest.sequence,
        "is_persisted": entry.sequence <= persisted[Domain(entry.domain)],
    }


def content_facts(content: Content, *, administrator: bool) -> dict[str, Any]:
    """Return what a revision says of its content, by the names of an item; the detail comes on top."""
    facts = {name: getattr(content, name) for name in CONTENT_FIELDS}
    facts |= {
        "assembly_kind": content.kind,
        "assembly_type": content.assembly_type,
        "cloned_from": content.cloned_from.assembly_guid if content.cloned_from else None,
    }
    return facts | ({"payload_guid": content.payload_guid} if administrator else {})
