"""What differs between two revisions of an assembly."""

from dataclasses import asdict
from enum import StrEnum

from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.revert import get_revision
from assemblies.api import schema
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.reading import Query
from assemblies.api.representing import flags_of, read_payload
from assemblies.catalogue.find import find_entry
from assemblies.conf import payload_store
from assemblies.errors import InvalidField
from assemblies.models import Content
from assemblies.revisions.compare import compare
from assemblies.revisions.history import chosen_revisions, get_origin


class DiffView(AssemblyEndpoint):
    """Fields one by one, the script as a unified diff, files by their SHA-256."""

    @schema.diff_revisions
    def get(self, request: Request, guid: str) -> Response:
        query = Query(request, ("from", "to", "against"))
        if query.choice("against", Against):
            start, before, end, after = against_origin(query, guid)
        else:
            asked = (query.number(name, None, minimum=1) for name in ("from", "to"))
            guid, start, end = chosen_revisions(guid, *asked)
            before, after = get_revision(guid, start)[1] if start else None, get_revision(guid, end)[1]
        store = payload_store()
        comparison = compare(before, after, store=store)
        flags = flags_of(after, read_payload(after, store))
        return Response({"from": start, "to": end} | asdict(comparison) | {"flags": flags})


class Against(StrEnum):
    """What else than an earlier revision an assembly may be compared with."""

    ORIGIN = "origin"


def against_origin(query: Query, guid: str) -> tuple[int | None, Content | None, int, Content]:
    """Return what an assembly was copied from and the assembly itself, both as they are now.

    Raises InvalidGuid, InvalidField, AssemblyNotFound, NoOriginal.
    """
    for name in ("from", "to"):
        if query.text(name):
            raise InvalidField("Compared with its original, an assembly is taken as it is now.", field=name)
    entry = find_entry(guid)
    revision, origin = get_origin(entry.guid, entry.content)
    return revision.sequence, origin, entry.revision, entry.content
