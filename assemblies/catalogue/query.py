"""Find assemblies in a snapshot: filters, search, order and pages."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.order import sorted_guids
from assemblies.catalogue.snapshot import Snapshot
from assemblies.domains import Domain
from assemblies.models import Assembly

LONGEST_PAGE = 10_000
MATCHES_PER_ASSEMBLY = 20
MATCH_CHARACTERS = 240

Test = Callable[[CatalogueEntry], bool]


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """What to list. `ordering` is a key of ORDERINGS, with `-` in front for descending.

    `among` narrows to sets of GUIDs that are known elsewhere, each under a name: one's favourites, what is flagged,
    what a search found.
    """

    domain: Domain | None = None
    kind: str | None = None
    type: str | None = None
    category: str | None = None
    tag: str | None = None
    dirty: bool | None = None
    upstream_state: str | None = None
    origin_changed: bool | None = None
    changed_since: datetime | None = None
    among: Mapping[str, Collection[str]] = field(default_factory=dict)
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


def in_order(snapshot: Snapshot, query: ListQuery) -> list[CatalogueEntry]:
    """Return the live entries, or the deleted ones, in the query's order and not narrowed yet."""
    entries = map(snapshot.entries.__getitem__, sorted_guids(snapshot, query.ordering))
    return [entry for entry in entries if (entry.deleted_at is not None) == query.deleted]


def filters_of(query: ListQuery) -> Iterator[tuple[str, Test]]:
    """Yield the name of each filter that is set, with its test."""
    yield from _of_content(query)
    yield from _of_standing(query)
    for name, guids in query.among.items():
        yield name, lambda entry, guids=guids: entry.guid in guids  # type: ignore[misc]
    for word in query.q.casefold().split():
        yield "q", lambda entry, word=word: word in entry.search_key  # type: ignore[misc]


def _of_content(query: ListQuery) -> Iterator[tuple[str, Test]]:
    if query.domain is not None:
        yield "domain", lambda entry: entry.domain == query.domain
    if query.kind is not None:
        yield "kind", lambda entry: entry.content.kind == query.kind
    if query.type is not None:
        yield "type", lambda entry: entry.content.assembly_type == query.type
    if query.category is not None:
        yield "category", lambda entry: entry.content.category == query.category
    if query.tag is not None:
        tag = query.tag.casefold()
        yield "tag", lambda entry: tag in entry.tag_keys


def _of_standing(query: ListQuery) -> Iterator[tuple[str, Test]]:
    if query.dirty is not None:
        yield "dirty", lambda entry: entry.is_dirty == query.dirty
    if query.upstream_state is not None:
        yield "upstream_state", lambda entry: entry.upstream_state == query.upstream_state
    if query.origin_changed is not None:
        yield "origin_changed", lambda entry: entry.origin_changed == query.origin_changed
    if query.changed_since is not None:
        since = query.changed_since.isoformat()
        yield "changed_since", lambda entry: entry.content.updated_at >= since


def _matching(snapshot: Snapshot, query: ListQuery) -> list[CatalogueEntry]:
    found = in_order(snapshot, query)
    for _name, test in filters_of(query):
        found = [entry for entry in found if test(entry)]
    return found


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
