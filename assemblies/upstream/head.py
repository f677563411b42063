"""The head of the upstream repository: cached in a file, so that a restart does not forget it, and told when it is old.

Whatever the hosting API does, what was known is answered. It is not contacted more often than a client may wish, not
while it wants to be left alone, and an unchanged head costs no rate (ETag).
"""

import hashlib
import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings

from assemblies.durable_files import make_folder, replace_file
from assemblies.upstream.hosting import Unreachable, branch_head
from assemblies.upstream.token import find_token

logger = logging.getLogger(f"borealis.engine.{__name__}")
REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
BRANCH = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/+-]{0,254}")
SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
MIN_TTL_SECONDS, MAX_TTL_SECONDS = 30, 3600
REFRESH_SECONDS = 30
# After a failure it is tried again soon, but not by each of many clients.
RETRY_SECONDS = 5
# Held while the hosting API is contacted, so that many clients of one process cost one request.
_lock = Lock()


@dataclass(frozen=True)
class Known:
    """What the cache has of a branch; times are in epoch seconds. Without a `sha` nothing was ever learned."""

    sha: str = ""
    etag: str = ""
    fetched_at: float = 0
    attempted_at: float = 0
    retry_at: float = 0
    error: str = ""


@dataclass(frozen=True)
class Head:
    """The head of a branch as it is told; `source` is github, cache, cache-stale or unavailable."""

    repo: str
    branch: str
    sha: str | None
    cached: bool
    age_seconds: float | None
    source: str
    error: str | None

    def json(self) -> dict[str, Any]:
        return asdict(self)


def current_head(
    repo: str, branch: str, *, ttl_seconds: int, refresh: bool = False, clock: Callable[[], float] = time.time
) -> Head:
    """Return the head of a branch, at most `ttl_seconds` old (clamped to 30-3600) if the hosting API can be reached."""
    ttl = min(max(ttl_seconds, MIN_TTL_SECONDS), MAX_TTL_SECONDS)
    with _lock:
        known, now = _read(repo, branch), clock()
        if not _may_ask(known, now, ttl, refresh=refresh):
            return _told(repo, branch, known, now, ttl)
        fetched = _fetch(repo, branch, known, now)
        keep_known(repo, branch, fetched)
    if fetched.error:
        return _told(repo, branch, fetched, now, ttl)
    return Head(repo, branch, fetched.sha, cached=False, age_seconds=0, source="github", error=None)


def known_head(repo: str, branch: str) -> str:
    """Return the head as it was last seen, or nothing. Contacts nobody."""
    return _read(repo, branch).sha


def _may_ask(known: Known, now: float, ttl: int, *, refresh: bool) -> bool:
    # A clock that was set back makes nothing young again.
    age, since = abs(now - known.fetched_at), abs(now - known.attempted_at)
    if known.retry_at > now or (known.error and since < RETRY_SECONDS):
        return False
    return since >= REFRESH_SECONDS if refresh and known.sha and not known.error else not known.sha or age >= ttl


def _told(repo: str, branch: str, known: Known, now: float, ttl: int) -> Head:
    if not known.sha:
        return Head(repo, branch, None, cached=False, age_seconds=None, source="unavailable", error=known.error or None)
    age = max(0.0, round(now - known.fetched_at, 3))
    source = "cache-stale" if age >= ttl or known.error else "cache"
    return Head(repo, branch, known.sha, cached=True, age_seconds=age, source=source, error=known.error or None)


def _fetch(repo: str, branch: str, known: Known, now: float) -> Known:
    tried = replace(known, attempted_at=now, retry_at=0, error="")
    try:
        answer = branch_head(settings.GITHUB_API, repo, branch, token=find_token(), etag=known.etag, now=now)
        if answer.status == 304:
            return replace(tried, fetched_at=now)
        return replace(tried, sha=_sha_of(answer.content), etag=answer.headers.get("etag", ""), fetched_at=now)
    except Unreachable as error:
        logger.warning("upstream: %s at %s: %s", repo, branch, error)
        return replace(tried, error=str(error), retry_at=now + error.wait_seconds if error.wait_seconds else 0)


def _sha_of(content: Any) -> str:
    commit = content.get("commit") if isinstance(content, dict) else None
    sha = commit.get("sha") if isinstance(commit, dict) else None
    if not isinstance(sha, str) or not SHA.fullmatch(sha):
        raise Unreachable("The hosting API names no commit.")
    return sha


def _file(repo: str, branch: str) -> Path:
    name = hashlib.sha256(f"{repo.lower()}@{branch}".encode()).hexdigest()
    return Path(settings.CACHE_DIR) / f"upstream-{name[:32]}.json"


def _read(repo: str, branch: str) -> Known:
    try:
        facts = json.loads(_file(repo, branch).read_text(encoding="utf-8"))
        known = Known(**facts)
        return known if not known.sha or SHA.fullmatch(known.sha) else Known()
    except (OSError, ValueError, TypeError):
        # A cache that cannot be read is an empty one.
        return Known()


def keep_known(repo: str, branch: str, known: Known) -> None:
    """Keep what is known of a branch for this process and the next; where that fails, the log says so."""
    file = _file(repo, branch)
    try:
        make_folder(file.parent)
        replace_file(file, json.dumps(asdict(known)).encode())
    except OSError as error:
        logger.warning("upstream: the cache cannot be written: %s", error)
