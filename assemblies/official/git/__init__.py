"""Documents of a git repository, read by driving the git program with a fixed argv. Nothing is ever checked out.

`address` and `ref` judge what a setting names before git starts; `mirror` fetches into a bare repository; `program`
bounds each call; `objects` and `tree` read blobs; `source` is the whole as an official source.
"""

from assemblies.official.git.address import find_git_address
from assemblies.official.git.objects import ObjectReader, object_reader
from assemblies.official.git.program import GitFailed, GitProgram
from assemblies.official.git.ref import read_ref
from assemblies.official.git.source import GitSource

__all__ = [
    "GitFailed",
    "GitProgram",
    "GitSource",
    "ObjectReader",
    "find_git_address",
    "object_reader",
    "read_ref",
]
