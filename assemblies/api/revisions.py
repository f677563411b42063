"""The history of an assembly, newest first; a deleted one's stays readable."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.revert import get_revision
from assemblies.api import schema
from assemblies.api.actors import is_administrator
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.paging import PAGE_NAMES, PageOf
from assemblies.api.reading import LARGEST_NUMBER, Query
from assemblies.api.rendering import json_bytes
from assemblies.api.representing import detail_of, json_answer, read_payload
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.journal.pending import persisted_sequences
from assemblies.models import Content, JournalEntry
from assemblies.revisions.history import find_history

DEFAULT_LIMIT = 50
CONTENT_FIELDS = (
    "summary", "category", "version", "tags", "metadata", "payload_size_bytes",
    "created_at", "updated_at", "updated_by",
)  # fmt: skip


class RevisionsView(AssemblyEndpoint):
    """Every revision of an assembly."""

    @schema.list_revisions
    def get(self, request: Request, guid: str) -> Response:
        part = PageOf.asked(Query(request, PAGE_NAMES), default=DEFAULT_LIMIT)
        entries, newest = find_history(guid)
        persisted = persisted_sequences()
        page = entries[part.offset : part.offset + part.limit]
        results = [revision_facts(entry, newest, persisted) for entry in page]
        return Response(part.links(request, entries.count()) | {"results": results})


class RevisionView(AssemblyEndpoint):
    """One revision, whole."""

    @schema.read_revision
    def get(self, request: Request, guid: str, sequence: int) -> HttpResponse:
        _entries, newest = find_history(guid)
        entry, content = get_revision(newest.assembly_guid, min(sequence, LARGEST_NUMBER))
        facts = revision_facts(entry, newest, persisted_sequences())
        shown = content_facts(content, administrator=is_administrator(request))
        return json_answer(json_bytes(facts | shown | detail_of(content, read_payload(content, payload_store()))))


def revision_facts(entry: JournalEntry, newest: JournalEntry, persisted: Mapping[Domain, int]) -> dict[str, Any]:
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
    """Return what a revision shows of its content, by the names of an item; the detail comes on top."""
    shown = {name: getattr(content, name) for name in CONTENT_FIELDS}
    shown |= {
        "assembly_kind": content.kind,
        "assembly_type": content.assembly_type,
        "cloned_from": content.cloned_from.assembly_guid if content.cloned_from else None,
    }
    return shown | ({"payload_guid": content.payload_guid} if administrator else {})
