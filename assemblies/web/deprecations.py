"""Which of some assemblies should not be run any more, and what to run instead: said before one is run."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.catalogue.life_cycle import find_deprecations
from assemblies.documents import normalise_guid, parse_graph
from assemblies.errors import Refusal
from assemblies.execution.graph import named_assemblies


@dataclass(frozen=True)
class Deprecated:
    """An assembly that is deprecated: why, as people wrote it, and what replaced it, unless that is gone."""

    entry: CatalogueEntry
    reason: str
    successor: CatalogueEntry | None


def find_deprecated(guids: Iterable[str]) -> list[Deprecated]:
    """Return those of the live assemblies that are deprecated, each once; one query, and none where none is named."""
    wanted = list(dict.fromkeys(_normalised(guids)))
    said = find_deprecations(wanted) if wanted else {}
    if not said:
        return []
    snapshot = library_catalogue().current()
    return [
        Deprecated(entry, said[guid].reason, snapshot.find_live(said[guid].successor))
        for guid in wanted
        if guid in said and (entry := snapshot.find_live(guid))
    ]


def find_deprecated_nodes(graph: bytes | str) -> list[Deprecated]:
    """Return the deprecated assemblies that a workflow's nodes name, whether or not it can be run.

    None of what is no graph.
    """
    with suppress(Refusal):
        return find_deprecated(named_assemblies(parse_graph(graph)))
    return []


def _normalised(guids: Iterable[str]) -> Iterator[str]:
    for guid in guids:
        with suppress(Refusal):
            yield normalise_guid(guid)
