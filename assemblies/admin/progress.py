"""Answers to long work that let people watch it: a line of JSON for each step, then where to go next.

The work has a thread and database connections of its own and goes on to its end when the browser goes away. Somebody
without script gets the same by a plain POST: the work is done, then comes a redirect.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import tzinfo
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from django.contrib import messages
from django.db import Error as DatabaseError
from django.db import connections
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from assemblies.errors import DevModeRequired, Forbidden, LibraryError, LibraryUnavailable
from assemblies.progress import T, Track, untracked

logger = logging.getLogger(f"borealis.engine.{__name__}")
Work = Callable[[Track], str]

NDJSON = "application/x-ndjson"
SECONDS_BETWEEN_LINES = 0.1
# Proxies give up on answers that say nothing for a minute.
SECONDS_OF_SILENCE = 15
THREAD_NAME = "progress"


class Feed:
    """What the work says while it goes on, for the one answer that listens; nobody has to."""

    def __init__(self, unforeseen: str) -> None:
        self.unforeseen = unforeseen
        self._lines: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._due_at = 0.0

    def track(self, items: Iterable[T], phase: str, total: int) -> Iterator[T]:
        """Pass `items` on, and say how far it is: when a phase begins, then at most ten times a second."""
        self._say(phase, 0, total)
        for done, item in enumerate(items, start=1):
            yield item
            if monotonic() >= self._due_at:
                self._say(phase, done, total)

    def end(self, work: Future[str]) -> None:
        """Say the last line: where to go, or what went wrong in words for people."""
        error = work.exception()
        self._lines.put({"next": work.result()} if error is None else {"error": self._words(error)})

    def lines(self) -> Iterator[bytes]:
        """Yield the lines up to the last one; an empty one when there is nothing to say for long."""
        ended = False
        while not ended:
            try:
                line = self._lines.get(timeout=SECONDS_OF_SILENCE)
            except Empty:
                yield b"\n"
                continue
            ended = "next" in line or "error" in line
            yield json.dumps(line).encode() + b"\n"

    def _say(self, phase: str, done: int, total: int) -> None:
        self._due_at = monotonic() + SECONDS_BETWEEN_LINES
        self._lines.put({"phase": phase, "done": done, "total": total})

    def _words(self, error: BaseException) -> str:
        if isinstance(error, LibraryError):
            return error.message
        logger.error("long work failed: %s: %s", type(error).__name__, error, exc_info=error)
        return LibraryUnavailable().message if isinstance(error, DatabaseError) else self.unforeseen


def progress_answer(request: HttpRequest, work: Work, *, back: str = "") -> HttpResponseBase:
    """Do `work`, which returns the address to go to next, and answer as the browser requested it.

    `work` must not use `request`: the answer may be on its way, or its reader gone. Check permissions before. `back` is
    where a refusal is shown to somebody without script; Forbidden and DevModeRequired are raised then.
    """
    if NDJSON in request.headers.get("Accept", ""):
        return _streamed(work)
    try:
        return HttpResponseRedirect(work(untracked))
    except (Forbidden, DevModeRequired):
        raise
    except LibraryError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(back or reverse("admin:index"))


def _streamed(work: Work) -> StreamingHttpResponse:
    feed = Feed(_("Something went wrong on the server; engine.log says what."))
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=THREAD_NAME)
    zone = timezone.get_current_timezone()
    thread.submit(_done, work, feed.track, translation.get_language(), zone).add_done_callback(feed.end)
    thread.shutdown(wait=False)
    answer = StreamingHttpResponse(feed.lines(), content_type=NDJSON)
    answer["X-Accel-Buffering"] = "no"
    return answer


def _done(work: Work, track: Track, language: str | None, zone: tzinfo) -> str:
    """Do the work as the caller would see it, and leave no connection behind."""
    try:
        with translation.override(language), timezone.override(zone):
            return work(track)
    finally:
        connections.close_all()
