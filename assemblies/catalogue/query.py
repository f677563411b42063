"""Find assemblies in a snapshot: filters, search, order and pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.order import sorted_guids
from assemblies.catalogue.snapshot import Snapshot
from assemblies.domains import Domain
from assemblies.models import Assembly

LONGEST_PAGE = 10_000
MATCHES_PER_ASSEMBLY = 20
MATCH_CHARACTERS = 240


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """What to list. `ordering` is a key of ORDERINGS, with `-` in front for descending."""

    domain: Domain | None = None
    kind: str | None = None
    type: str | None = None
    category: str | None = None
    tag: str | None = None
    dirty: bool | None = None
    upstream_state: str | None = None
    deleted: bool = False
    q: str = ""
    content: str = ""
    ordering: str = "display_name"
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True)
class Page:
    """A page of assemblies, how many there are in all, and where in each script the searched text stands."""

    count: int
    entries: list[CatalogueEntry]
    matches: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def find_page(snapshot: Snapshot, query: ListQuery) -> Page:
    """Return the page `query` asks for."""
    guids = _guids_with(query.content) if query.content else None
    found = [entry for entry in _matching(snapshot, query) if guids is None or entry.guid in guids]
    page = found[query.offset : query.offset + min(query.limit, LONGEST_PAGE)]
    return Page(len(found), page, _matches(page, query.content) if guids else {})


def _matching(snapshot: Snapshot, query: ListQuery) -> list[CatalogueEntry]:
    in_order = map(snapshot.entries.__getitem__, sorted_guids(snapshot, query.ordering))
    found = [entry for entry in in_order if (entry.deleted_at is not None) == query.deleted]
    for test in _tests(query):
        found = [entry for entry in found if test(entry)]
    return found


def _tests(query: ListQuery) -> Iterator[Callable[[CatalogueEntry], bool]]:
    """Yield one test for each filter that is set."""
    if query.domain is not None:
        yield lambda entry: entry.domain == query.domain
    if query.kind is not None:
        yield lambda entry: entry.content.kind == query.kind
    if query.type is not None:
        yield lambda entry: entry.content.assembly_type == query.type
    if query.category is not None:
        yield lambda entry: entry.content.category == query.category
    if query.tag is not None:
        tag = query.tag.casefold()
        yield lambda entry: tag in entry.tag_keys
    if query.dirty is not None:
        yield lambda entry: entry.is_dirty == query.dirty
    if query.upstream_state is not None:
        yield lambda entry: entry.upstream_state == query.upstream_state
    for word in query.q.casefold().split():
        yield lambda entry, word=word: word in entry.search_key  # type: ignore[misc]


def _guids_with(words: str) -> set[str]:
    """Return the GUIDs of the assemblies in whose texts `words` stand."""
    return set(Assembly.objects.filter(search_text__icontains=words).values_list("guid", flat=True))


def _matches(page: list[CatalogueEntry], words: str) -> dict[str, list[dict[str, Any]]]:
    """Return where `words` stand in each text; the texts of a whole library may be too much for memory."""
    texts = Assembly.objects.filter(guid__in=[entry.guid for entry in page]).values_list("guid", "search_text")
    return {guid: matching_lines(text, words) for guid, text in texts.iterator(chunk_size=100)}


def matching_lines(text: str, words: str) -> list[dict[str, Any]]:
    """Return the first lines of `text` that hold `words`, in any letter case, numbered from 1."""
    needle, matches = words.casefold(), []
    for number, line in enumerate(text.splitlines(), start=1):
        if needle in line.casefold():
            matches.append({"line": number, "text": line[:MATCH_CHARACTERS]})
            if len(matches) == MATCHES_PER_ASSEMBLY:
                break
    return matches
