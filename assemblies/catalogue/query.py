"""Find assemblies in a snapshot: filters, search, order and pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.snapshot import Snapshot
from assemblies.domains import Domain
from assemblies.models import Assembly

LONGEST_PAGE = 10_000
MATCHES_PER_ASSEMBLY = 20
MATCH_CHARACTERS = 240

ORDERINGS: dict[str, Callable[[CatalogueEntry], Any]] = {
    "display_name": lambda entry: entry.name_key,
    "category": lambda entry: entry.content.category.casefold(),
    "assembly_kind": lambda entry: entry.content.kind,
    "assembly_type": lambda entry: entry.content.assembly_type,
    "source": lambda entry: entry.domain,
    "revision": lambda entry: entry.revision,
    "payload_size_bytes": lambda entry: entry.content.payload_size_bytes,
    "created_at": lambda entry: entry.content.created_at,
    "updated_at": lambda entry: entry.content.updated_at,
}


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """What to list. `ordering` is a key of ORDERINGS, with `-` in front for descending."""

    domain: Domain | None = None
    kind: str | None = None
    type: str | None = None
    category: str | None = None
    tag: str | None = None
    dirty: bool | None = None
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
    texts = _texts_with(query.content) if query.content else None
    found = [entry for entry in _matching(snapshot, query) if texts is None or entry.guid in texts]
    page = found[query.offset : query.offset + min(query.limit, LONGEST_PAGE)]
    matches = {entry.guid: matching_lines(texts[entry.guid], query.content) for entry in page} if texts else {}
    return Page(len(found), page, matches)


def _matching(snapshot: Snapshot, query: ListQuery) -> Iterator[CatalogueEntry]:
    wanted = list(_tests(query))
    for guid in sorted_guids(snapshot, query.ordering):
        entry = snapshot.entries[guid]
        if (entry.deleted_at is not None) == query.deleted and all(test(entry) for test in wanted):
            yield entry


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
    for word in query.q.casefold().split():
        yield lambda entry, word=word: word in entry.search_key  # type: ignore[misc]


def sorted_guids(snapshot: Snapshot, ordering: str) -> list[str]:
    """Return every GUID in order; a snapshot sorts once per ordering. Equal keys stand by name, then GUID."""
    guids = snapshot.sorted_guids.get(ordering)
    if guids is None:
        key = ORDERINGS[ordering.removeprefix("-")]
        by_name = sorted(snapshot.entries.values(), key=lambda entry: (entry.name_key, entry.guid))
        guids = [entry.guid for entry in sorted(by_name, key=key, reverse=ordering.startswith("-"))]
        snapshot.sorted_guids[ordering] = guids
    return guids


def _texts_with(words: str) -> dict[str, str]:
    """Return the texts, by GUID, in which `words` stand."""
    return dict(Assembly.objects.filter(search_text__icontains=words).values_list("guid", "search_text"))


def matching_lines(text: str, words: str) -> list[dict[str, Any]]:
    """Return the first lines of `text` that hold `words`, in any letter case, numbered from 1."""
    needle, matches = words.casefold(), []
    for number, line in enumerate(text.splitlines(), start=1):
        if needle in line.casefold():
            matches.append({"line": number, "text": line[:MATCH_CHARACTERS]})
            if len(matches) == MATCHES_PER_ASSEMBLY:
                break
    return matches
