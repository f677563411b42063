"""What other tools export, as documents: each importer recognises its tool by what is there and takes over those files.

Pure but for reading the files it is given: nothing is executed, nothing is fetched, and no name in a file leads outside
of the tree it came with. Names that a tool has for a script become aliases, so that a second import knows it again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from assemblies.importers import awx, breeze, datto, rundeck, tactical
from assemblies.importers.place import Place, Taken, Tree

IMPORTERS: Mapping[str, Callable[[Place], Iterable[Taken]]] = {
    "tactical": tactical.find,
    "breeze": breeze.find,
    "rundeck": rundeck.find,
    "awx": awx.find,
    "datto": datto.find,
}

__all__ = ["IMPORTERS", "Place", "Taken", "Tree", "take"]


def take(place: Place, tool: str = "") -> Iterator[Taken]:
    """Yield what importers make of a tree, or the one of `tool` alone; no file is taken twice."""
    claimed: set[str] = set()
    for name, find in IMPORTERS.items():
        found = [one for one in find(place) if claimed.isdisjoint(one.names)] if tool in ("", name) else []
        claimed.update(*(one.names for one in found))
        yield from found
