"""What the palette finds while somebody types: assemblies, the best first, with the lines that contain the words."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from assemblies.admin.grid.address import ListAddress
from assemblies.admin.grid.rows import LINE_CHARACTERS, line_words
from assemblies.admin.links_and_badges import item_address
from assemblies.catalogue import RELEVANCE, CatalogueEntry, ListParameters, find_list, library_catalogue
from assemblies.catalogue.search import Line, Search
from assemblies.documents.hidden_characters import undistorted
from assemblies.domains import Domain, Kind

MAX_FOUND = 8
LINES_OF_EACH = 2


@require_safe
def quick_search(request: HttpRequest) -> JsonResponse:
    """Answer with at most MAX_FOUND assemblies as JSON; nothing for no words."""
    asked = ListAddress.of(request.GET)
    if not asked.q:
        return JsonResponse({"found": []})
    # No filter narrows it, so nothing that only filters need is read.
    parameters = ListParameters(q=asked.q, ordering=RELEVANCE, limit=MAX_FOUND)
    result, search = find_list(library_catalogue().current(), parameters), parameters.search
    lines = result.lines(search, most=LINES_OF_EACH)
    return JsonResponse({"found": [_told(entry, search, lines.get(entry.guid, [])) for entry in result.entries]})


def _told(entry: CatalogueEntry, search: Search, lines: list[Line]) -> dict[str, Any]:
    """Return one assembly. What was found by its text alone is reached at its lines, and not at its top."""
    content = entry.content
    # The text of a workflow is its graph, which has nodes and no lines.
    shown = [] if content.kind is Kind.WORKFLOW else [_line(entry, line, search) for line in lines]
    return {
        "guid": entry.guid,
        "name": undistorted(content.display_name),
        "summary": undistorted(content.summary[:LINE_CHARACTERS]),
        "domain": entry.domain,
        "source": str(Domain(entry.domain).label),
        "address": item_address(entry.guid),
        "by_text": bool(shown) and not search.is_in(content.display_name),
        "lines": shown,
    }


def _line(entry: CatalogueEntry, line: Line, search: Search) -> dict[str, str]:
    text = undistorted(search.part_of(line.text, LINE_CHARACTERS))
    label = line_words() % {"number": line.number}
    return {"label": label, "text": text, "address": f"{item_address(entry.guid)}#line-{line.number}"}
