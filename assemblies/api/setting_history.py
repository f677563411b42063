"""What was set on an assembly before, newest first: who changed or removed it, when and why.

What was archived under a name the assembly went by earlier is part of it, and a deleted one's stays readable.
"""

from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api import identity_schema as schema
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.paging import PAGE_NAMES, PageOf
from assemblies.api.reading import Query
from assemblies.api.settings import setting_facts, visible_to
from assemblies.catalogue.find import find_any_entry
from assemblies.models import AssemblyAlias, AssemblySettingHistory

DEFAULT_LIMIT = 50


class SettingHistoryView(AssemblyEndpoint):
    """Every earlier setting of an assembly."""

    @schema.list_setting_history
    def get(self, request: Request, guid: str) -> Response:
        part, entry = PageOf.asked(Query(request, PAGE_NAMES), default=DEFAULT_LIMIT), find_any_entry(guid)
        names = AssemblyAlias.objects.filter(canonical_guid=entry.guid).values("alias")
        archived = AssemblySettingHistory.objects.annotate(folded=Lower("assembly_guid"))
        earlier = archived.filter(visible_to(request), Q(assembly_guid=entry.guid) | Q(folded__in=names))
        results = [_represented(one) for one in earlier[part.offset : part.offset + part.limit]]
        return Response(part.links(request, earlier.count()) | {"results": results})


def _represented(earlier: AssemblySettingHistory) -> dict[str, Any]:
    return setting_facts(earlier) | {
        "id": earlier.pk,
        "assembly_guid": earlier.assembly_guid,
        "reason": earlier.reason,
        "archived_at": earlier.archived_at,
        "archived_by": earlier.archived_by,
    }
