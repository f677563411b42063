"""Entity tags as clients and proxies spell them: in lists, without quotes, weakened, with the name of an encoding.

A proxy that compresses an answer makes its tag weak or puts the encoding behind it; either way it is the same to us.
"""

import re

ANY = "*"
_TAG = re.compile(r'\s*(?:W/)?(?:"([^"]*)"|([^",]+))\s*(?:,|$)', re.IGNORECASE)
_ENCODING = re.compile(r"[-;](?:gzip|br|zstd|deflate)$")


def read_tags(header: str) -> set[str]:
    """Return the tags of an If-Match or If-None-Match header without quotes, or `*` among them for any."""
    return {_bare(match[1], match[2]) for match in _TAG.finditer(header)}


def _bare(quoted: str | None, unquoted: str | None) -> str:
    if quoted is None:
        return _ENCODING.sub("", (unquoted or "").strip())
    # In quotes a star is a tag like any other.
    return _ENCODING.sub("", quoted) if quoted != ANY else f'"{ANY}"'


def is_known(header: str, etag: str) -> bool:
    """Say whether the header names `etag`, which is spelt as we answer it."""
    known = read_tags(header)
    return ANY in known or not known.isdisjoint(read_tags(etag))
