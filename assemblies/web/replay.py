"""One question, then the same answer again.

An answer that was made of nothing but a snapshot, a role and one payload is kept with that snapshot. Who asks for it
next costs one statement: is the token live and its user active, what may they do, and is the library still where the
snapshot is. Then the payload is read and compared with its SHA-256, as for every answer. Where any of it differs, or
anything about the request is unusual, the request takes the ordinary path, which also words every refusal.

This middleware is the first: what the others judge a request by and complete its answer with is part of what an answer
is kept under, so that what they found once holds for every request that says the same.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.core.files.storage import FileSystemStorage
from django.core.handlers.wsgi import get_path_info, get_script_name
from django.core.signals import setting_changed
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from assemblies.catalogue import Snapshot, library_catalogue
from assemblies.catalogue.catalogue import position_facts
from assemblies.catalogue.snapshot import MAX_KEPT_ANSWER_BYTES, Position
from assemblies.conf import payload_store
from assemblies.payloads import PayloadReference
from assemblies.web.rendering import PiecedResponse
from devmode.accounts.authentication import find_sent_token
from devmode.accounts.roles import annotated_role, with_roles
from devmode.accounts.tokens import digest_of, holders_of
from devmode.actor import Role
from devmode.disk_reserve import make_room

Facts = Mapping[str, Any]
Answer = TypeVar("Answer", bound=HttpResponseBase)
STATUSES = {200, 304}
# A browser's session or another site's page, a part of an answer, a body, or what a proxy between could read in another
# way.
UNUSUAL = (
    "HTTP_COOKIE",
    "HTTP_ORIGIN",
    "HTTP_RANGE",
    "HTTP_X_HTTP_METHOD_OVERRIDE",
    "CONTENT_LENGTH",
    "HTTP_CONTENT_ENCODING",
    "HTTP_TRANSFER_ENCODING",
)
# What an answer depends on apart from who asks: what is read, where links lead, and whether the way here was safe. A
# query is read by the character set of the content type, though there is no content.
JUDGED = (
    "CONTENT_TYPE",
    "wsgi.url_scheme",
    "HTTP_HOST",
    "SERVER_NAME",
    "SERVER_PORT",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_IF_NONE_MATCH",
)
# What a proxy says of the way to it, which counts when it comes from an address that is trusted.
SAID_OF_THE_WAY, PEER = "HTTP_X_FORWARDED_PROTO", "REMOTE_ADDR"
# What Python takes to keep an answer, its lengths aside: a small one is mostly that.
KEEPING_BYTES = 1024
# A thread that serves all connections reads and hashes this much within a tenth of a millisecond.
MAX_BYTES_AT_ONCE = 64 * 1024
# Stand in the statement for what differs each time.
ANY_DIGEST, ANY_TIME = "digest of the token", datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Basis:
    """All that an answer was made of, but for what its request says."""

    snapshot: Snapshot
    administrator: bool
    payload: PayloadReference | None = None


class Question(NamedTuple):
    """A request that reads and says by a token alone who asks; `judged` is all else that its answer depends on."""

    token: str
    judged: tuple[str | None, ...]


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as the view and the middleware behind this one left it; its length is what it takes, in bytes."""

    status: int
    headers: Mapping[str, str]
    pieces: Sequence[bytes]
    payload: PayloadReference | None
    size_bytes: int

    def __len__(self) -> int:
        return self.size_bytes

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def is_small(self) -> bool:
        """Whether neither it nor the payload that has to be read to give it again takes long."""
        return max(self.size_bytes, self.payload.size_bytes if self.payload else 0) <= MAX_BYTES_AT_ONCE

    def response(self) -> HttpResponse:
        return PiecedResponse(self.pieces, status=self.status, headers=self.headers)


class TokenHolder(NamedTuple):
    """The row of the one question."""

    is_active: bool
    is_superuser: bool
    may_enter: bool
    may_operate: bool
    sequence: int | None
    hash: str | None
    states_version: int | None
    sync_record: int | None

    @property
    def position(self) -> Position:
        return Position(self.sequence or 0, self.hash or "", self.states_version or 0, self.sync_record or 0)


def made_of(answer: Answer, basis: Basis) -> Answer:
    """Say what a view's answer was made of, and with that: nothing else went into it."""
    answer.basis = basis  # type: ignore[attr-defined]
    return answer


class Replay:
    """Give a kept answer again where it is proved to be current, and keep those that say what they were made of."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        question = find_question(request.META)
        if question is None:
            return self.get_response(request)
        with suppress(DatabaseError):
            # Whatever it is, the ordinary path meets it again and says so.
            if kept := find_current(question):
                return kept.response()
        response = self.get_response(request)
        if (basis := getattr(response, "basis", None)) and response.status_code in STATUSES and not response.cookies:
            keep(question, response, basis)
        return response


def find_question(facts: Facts) -> Question | None:
    """Return what a request asks, by its `META`; None of one that no kept answer may be given to."""
    if facts["REQUEST_METHOD"] not in {"GET", "HEAD"} or any(map(facts.get, UNUSUAL)):
        return None
    token = find_sent_token(str(facts.get("HTTP_AUTHORIZATION", "")))
    if token is None:
        return None
    # What is empty is something else than what is not there.
    judged = JUDGED if SAID_OF_THE_WAY not in facts else (*JUDGED, SAID_OF_THE_WAY, PEER)
    return Question(token, tuple(map(facts.get, judged)))


def find_current(question: Question) -> KeptAnswer | None:
    """Return the kept answer if it is what the ordinary path would answer now, its payload verified.

    Raises DatabaseError.
    """
    snapshot = library_catalogue().newest
    return _proved(_kept_for(question, snapshot), question.token, snapshot)


def _kept_for(question: Question, snapshot: Snapshot) -> dict[bool, KeptAnswer]:
    """Return what is kept for administrators (True) and for all others (False)."""
    found = {role: snapshot.answers.find((question.judged, role)) for role in (True, False)}
    return {role: kept for role, kept in found.items() if kept}


def _proved(kept_for: Mapping[bool, KeptAnswer], token: str, snapshot: Snapshot) -> KeptAnswer | None:
    holder = _ask(token) if kept_for else None
    if holder is None or holder.position != snapshot.position:
        return None
    kept = kept_for.get(annotated_role(holder) is Role.ADMINISTRATOR)
    if kept is None or kept.payload is None or payload_store().is_whole(kept.payload):
        return kept
    return None


def answer_at_once(environ: dict[str, Any]) -> KeptAnswer | None:
    """Return the kept answer to a request, by its WSGI environment, if that is small and current.

    For a thread that must not wait, and outside of the framework's handling of requests: nothing is asked of a server
    of databases, nothing large is read, and no lock is waited for.
    """
    # As the framework writes them into META.
    script_name, path = get_script_name(environ), get_path_info(environ) or "/"
    question = find_question({**environ, "SCRIPT_NAME": script_name, "PATH_INFO": path})
    if question is None or not _is_near():
        return None
    snapshot = library_catalogue().newest
    kept_for = {role: kept for role, kept in _kept_for(question, snapshot).items() if kept.is_small}
    if not kept_for:
        return None
    with suppress(DatabaseError):
        # As before every request.
        make_room()
        connection.close_if_unusable_or_obsolete()
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        connection.connection.execute("PRAGMA busy_timeout = 0")
        return _proved(kept_for, question.token, snapshot)
    return None


def _is_near() -> bool:
    """Say whether all that an answer is proved by is in files."""
    return connection.vendor == "sqlite" and isinstance(payload_store().storage, FileSystemStorage)


def keep(question: Question, response: HttpResponse, basis: Basis) -> None:
    """Keep an answer, unless it alone takes more than all of them may."""
    headers = dict(response.items())
    pieces, words = list(response), (*question.judged, *headers.values())
    size_bytes = KEEPING_BYTES + sum(map(len, pieces)) + sum(map(len, map(str, words)))
    if size_bytes <= MAX_KEPT_ANSWER_BYTES:
        kept = KeptAnswer(response.status_code, headers, pieces, basis.payload, size_bytes)
        basis.snapshot.answers.keep((question.judged, basis.administrator), kept)


def _forget(**_signal: object) -> None:
    # What was judged and completed by other settings.
    library_catalogue().newest.answers.clear()


setting_changed.connect(_forget)


def _ask(token: str) -> TokenHolder | None:
    """Ask the one question; None where the token opens nothing now."""
    statement, values = _question(connection.vendor)
    adapt = connection.ops.adapt_datetimefield_value
    asked = {ANY_DIGEST: digest_of(token), adapt(ANY_TIME): adapt(timezone.now())}
    with connection.cursor() as cursor:
        cursor.execute(statement, [asked.get(value, value) for value in values])
        row = cursor.fetchone()
    return TokenHolder(*row) if row else None


@cache
def _question(_vendor: str) -> tuple[str, tuple[Any, ...]]:
    """Return the statement: building it takes ten times as long as asking it."""
    holders = with_roles(holders_of(ANY_DIGEST, now=ANY_TIME)).annotate(**position_facts())
    question: tuple[str, tuple[Any, ...]] = holders.values_list(*TokenHolder._fields).query.sql_with_params()
    return question
