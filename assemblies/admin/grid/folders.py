"""The tree of folders next to the list: the way down to the chosen folder, and what lies next to that way.

Only what is open is drawn, so that a tree costs what is seen of it, however many assemblies there are.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assemblies.admin.grid.address import ListAddress
from assemblies.catalogue.folders import NO_FOLDER, with_parents

MAX_FOLDERS = 200


@dataclass(frozen=True)
class Folder:
    """A folder with how many assemblies are in it and below; those in it are listed where it is open."""

    name: str
    count: int
    address: str
    is_chosen: bool
    is_open: bool
    has_folders: bool
    folders: "list[Folder]"


def tree_of(address: ListAddress, counts: "Counter[str]") -> list[Folder]:
    """Return the topmost folders; `counts` has the assemblies in and below each folder, whichever is chosen."""
    below: dict[str, list[str]] = defaultdict(list)
    chosen = address.filters.get("folder", "")
    for path in sorted({*(path for path, count in counts.items() if count), *_way(chosen)}, key=str.casefold):
        below[path.rpartition("/")[0]].append(path)
    return _folders("", below, counts, address)


def _way(chosen: str) -> list[str]:
    return list(with_parents(chosen)) if chosen else []


def _folders(
    above: str, below: Mapping[str, list[str]], counts: "Counter[str]", address: ListAddress
) -> "list[Folder]":
    chosen = address.filters.get("folder", "")
    paths = below.get(above, [])[:MAX_FOLDERS]
    return [
        Folder(
            name=_("Without a folder") if path == NO_FOLDER else path.rpartition("/")[2],
            count=counts[path],
            address=address.query(folder=path),
            is_chosen=path == chosen,
            is_open=f"{chosen}/".startswith(f"{path}/"),
            has_folders=path in below,
            folders=_folders(path, below, counts, address) if f"{chosen}/".startswith(f"{path}/") else [],
        )
        for path in sorted(paths, key=NO_FOLDER.__eq__)
    ]
