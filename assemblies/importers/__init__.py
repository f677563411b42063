"""What other tools export, as documents: each importer recognises its tool by what is there and takes over those files.

Pure but for reading the files it is given: nothing is executed, nothing is fetched, and no name in a file leads outside
of the tree it came with. Names that a tool has for a script become aliases, so that a second import knows it again.
"""

from collections.abc import Callable, Iterable, Iterator

from django.utils.module_loading import import_string

from assemblies.importers.place import Place, Taken, Tree

# Each is a module here, loaded when there is something to take: most processes import nothing.
IMPORTERS = ("tactical", "breeze", "rundeck", "awx", "datto")

__all__ = ["IMPORTERS", "Place", "Taken", "Tree", "take"]


def take(place: Place, tool: str = "") -> Iterator[Taken]:
    """Yield what importers make of a tree, or the one of `tool` alone; no file is taken twice."""
    claimed: set[str] = set()
    for name in IMPORTERS:
        find: Callable[[Place], Iterable[Taken]] = import_string(f"{__name__}.{name}.find")
        found = [one for one in find(place) if claimed.isdisjoint(one.names)] if tool in ("", name) else []
        claimed.update(*(one.names for one in found))
        yield from found
