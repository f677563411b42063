"""Where a folder was cloned from, by what git wrote into it; git itself is not run on a folder that may be hostile."""

import re
from pathlib import Path

MAX_CONFIG_BYTES = 64 * 1024
_SECTION = re.compile(r"^\s*\[\s*([^\]]*?)\s*\]", re.M)
_URL = re.compile(r"^\s*url\s*=\s*(\S+)\s*$", re.M)
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")


def find_origin(folder: Path) -> str | None:
    """Return the address of `origin` where `folder` is the top of a git work tree, without credentials and `.git`."""
    try:
        with (folder / ".git" / "config").open("rb") as file:
            text = file.read(MAX_CONFIG_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    marks = list(_SECTION.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=True):
        found = _URL.search(text, mark.end(), end)
        if mark[1] == 'remote "origin"' and found:
            return _CREDENTIALS.sub("", found[1]).removesuffix("/").removesuffix(".git")
    return None
