"""One question, then the same answer again.

An answer that was made of nothing but a snapshot, a role and one payload is kept with that snapshot. Who asks for it
next costs one statement: is the token live and its user active, what may they do, and is the library still where the
snapshot is. Then the payload is read and compared with its SHA-256, as for every answer. Where any of it differs, or
anything about the request is unusual, the request takes the ordinary path, which also words every refusal.

All middleware in front of this one has judged the request and completes the answer; what stands behind it adds nothing
to such answers that is not kept with them.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from assemblies.catalogue import Snapshot, library_catalogue
from assemblies.catalogue.catalogue import position_facts
from assemblies.catalogue.snapshot import MAX_KEPT_ANSWER_BYTES, Position
from assemblies.conf import payload_store
from assemblies.payloads import PayloadReference
from devmode.accounts.authentication import find_sent_token
from devmode.accounts.roles import annotated_role, with_roles
from devmode.accounts.tokens import digest_of, holders_of
from devmode.actor import Role

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
# What Python takes to keep an answer, its lengths aside: a small one is mostly that.
KEEPING_BYTES = 1024
# Stand in the statement for what differs each time.
ANY_DIGEST, ANY_TIME = "digest of the token", datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Basis:
    """All that an answer was made of, but for the address and the `If-None-Match` of its request."""

    snapshot: Snapshot
    administrator: bool
    payload: PayloadReference | None = None


class Key(NamedTuple):
    """What two requests have in common that get the same answer at one position of the library."""

    origin: str
    path: str
    query: str
    known: str
    administrator: bool


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as the view and the middleware behind this one left it; its length is what it takes, in bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    payload: PayloadReference | None
    size_bytes: int

    def __len__(self) -> int:
        return self.size_bytes

    def response(self) -> HttpResponse:
        return HttpResponse(self.body, status=self.status, headers=self.headers)


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
        token = find_token_alone(request)
        if token is None:
            return self.get_response(request)
        with suppress(DisallowedHost, DatabaseError):
            # Whatever it is, the ordinary path meets it again and says so.
            if kept := find_current(request, token):
                return kept.response()
        response = self.get_response(request)
        if (basis := getattr(response, "basis", None)) and response.status_code in STATUSES and not response.cookies:
            keep(request, response, basis)
        return response


def find_token_alone(request: HttpRequest) -> str | None:
    """Return the token of a request that reads, by which alone it says who it is; None of every other one."""
    facts = request.META
    if request.method not in {"GET", "HEAD"} or any(map(facts.get, UNUSUAL)):
        return None
    return find_sent_token(str(facts.get("HTTP_AUTHORIZATION", "")))


def find_current(request: HttpRequest, token: str) -> KeptAnswer | None:
    """Return the kept answer if it is what the ordinary path would answer now, its payload verified.

    Raises DisallowedHost, DatabaseError.
    """
    snapshot = library_catalogue().newest
    kept_for = {role: snapshot.answers.find(_key(request, administrator=role)) for role in (True, False)}
    holder = _ask(token) if any(kept_for.values()) else None
    if holder is None or holder.position != snapshot.position:
        return None
    kept: KeptAnswer | None = kept_for[annotated_role(holder) is Role.ADMINISTRATOR]
    if kept is None or kept.payload is None or payload_store().is_whole(kept.payload):
        return kept
    return None


def keep(request: HttpRequest, response: HttpResponse, basis: Basis) -> None:
    """Keep an answer, unless it alone takes more than all of them may. Raises DisallowedHost."""
    key = _key(request, administrator=basis.administrator)
    headers = dict(response.items())
    size_bytes = KEEPING_BYTES + len(response.content) + sum(map(len, map(str, (*key, *headers.values()))))
    if size_bytes <= MAX_KEPT_ANSWER_BYTES:
        basis.snapshot.answers.keep(
            key, KeptAnswer(response.status_code, headers, response.content, basis.payload, size_bytes)
        )


def _key(request: HttpRequest, *, administrator: bool) -> Key:
    """Return what an answer is kept under. Raises DisallowedHost."""
    facts, origin = request.META, f"{request.scheme}://{request.get_host()}"
    query, known = str(facts.get("QUERY_STRING", "")), str(facts.get("HTTP_IF_NONE_MATCH", ""))
    return Key(origin, request.path, query, known, administrator)


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
