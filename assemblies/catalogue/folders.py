"""The folders of the library: where an assembly lies in its source, or else its category, read as a path.

A folder is a path without a slash at either end, such as `scripts/linux`. What lies below a folder counts for it, too.
"""

from collections.abc import Iterator

from assemblies.models import Content

# What is in no folder; no path is called so.
NO_FOLDER = "."
# Deeper ones count for the folder at this depth: a path from outside must not cost what it likes.
MAX_DEPTH = 12


def folder_of(content: Content) -> str:
    """Return the folder of an assembly, or NO_FOLDER."""
    path = content.metadata.get("source_path")
    parts = path.split("/")[:-1] if isinstance(path, str) and path else content.category.split("/")
    return "/".join([part for part in map(str.strip, parts) if part not in {"", "."}][:MAX_DEPTH]) or NO_FOLDER


def with_parents(folder: str) -> Iterator[str]:
    """Yield the folders that `folder` is in, the top first, and then itself."""
    end = -1
    while (end := folder.find("/", end + 1)) >= 0:
        yield folder[:end]
    yield folder
