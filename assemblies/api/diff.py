"""What differs between two revisions of an assembly."""

from dataclasses import asdict

from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.compare import compare
from assemblies.actions.revert import get_revision
from assemblies.api import schema
from assemblies.api.reading import Query
from assemblies.api.representing import flags_of, read_payload
from assemblies.api.revisions import find_history
from assemblies.conf import payload_store
from devmode.api.endpoint import PrivateEndpoint


class DiffView(PrivateEndpoint):
    """Fields one by one, the script as a unified diff, files by their SHA-256."""

    @schema.diff_revisions
    def get(self, request: Request, guid: str) -> Response:
        guid, start, end = chosen_revisions(Query(request, ("from", "to")), guid)
        before = get_revision(guid, start)[1] if start else None
        after, store = get_revision(guid, end)[1], payload_store()
        comparison = compare(before, after, store=store)
        flags = flags_of(after, read_payload(after, store))
        return Response({"from": start, "to": end} | asdict(comparison) | {"flags": flags})


def chosen_revisions(query: Query, guid: str) -> tuple[str, int | None, int]:
    """Return the GUID and the two revisions to compare: by default the newest, and the one before the later.

    Deletions have no content and are passed over. The earlier is None when there is none before the later.
    Raises InvalidGuid, InvalidField, AssemblyNotFound.
    """
    entries, newest = find_history(guid)
    filled = entries.exclude(content="").values_list("sequence", flat=True)
    start, end = (query.number(name, None, minimum=1) for name in ("from", "to"))
    end = end or filled[0]
    return newest.assembly_guid, start or filled.filter(sequence__lt=end).first(), end
