"""Requests in the name of this device: an access token, a proof by its key, and a clock corrected by the server's."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import RLock
from typing import Any, TypeVar

from assemblies.agent.connection import Connection
from assemblies.agent.errors import NotEnrolled, ServerRefused
from assemblies.agent.keys import DeviceKey
from assemblies.agent.proofs import make_proof
from assemblies.agent.state import TOKENS, State

Answer = TypeVar("Answer")
REFRESH, WAIT = "/api/agent/token/refresh", "/api/agent/wait"
# Renewed this long before it runs out, so that a request on its way does not meet the end.
SECONDS_BEFORE_EXPIRY = 60
TOKEN_ENDED = {"token_expired", "invalid_token", "invalid_claims", "token_version_revoked", "missing_authorization"}
PROOF_FAILED = {"dpop_invalid", "dpop_replayed"}
DEVICE_ENDED = {
    "device_revoked",
    "device_not_found",
    "device_guid_mismatch",
    "fingerprint_mismatch",
    "invalid_refresh_token",
    "refresh_token_revoked",
    "refresh_token_expired",
    "dpop_mismatch",
}


class Session:
    """One device's requests. Tokens are durable before they are used: the last ones told are the ones kept."""

    def __init__(self, state: State, connection: Connection, key: DeviceKey, guid: str) -> None:
        self._state, self._connection, self._key, self.guid = state, connection, key, guid
        self._tokens = state.read(TOKENS)
        # A refresh token is spent by its use: two threads must not send the same one.
        self._changing = RLock()
        self._there: Connection | None = None

    def now(self) -> float:
        """Return the server's time, in seconds since 1970, as far as this device knows it."""
        return time.time() + float(self._tokens.get("clock_offset") or 0)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Raises ServerRefused, Unreachable, NotEnrolled."""
        return self._with_token(lambda: self._connection.post(path, body, self.headers("POST", path)))

    def get_bytes(self, path: str, *, max_bytes: int) -> bytes:
        """Raises ServerRefused, Unreachable, NotEnrolled."""
        bare = path.partition("?")[0]
        return self._with_token(
            lambda: self._connection.get_bytes(path, self.headers("GET", bare), max_bytes=max_bytes)
        )

    def wait_at(self, address: str) -> dict[str, Any]:
        """Wait for work at a realtime server, and return what it answers. Raises ServerRefused, Unreachable."""
        there = self._connection_to(address)
        return self._with_token(lambda: there.get(WAIT, self.headers("GET", WAIT, there)))

    def _connection_to(self, address: str) -> Connection:
        """Return the connection to a realtime server: each new one reads the certificates of the system again."""
        if self._there is None or self._there.server != address.rstrip("/"):
            self._there = self._connection.elsewhere(address)
        return self._there

    def _with_token(self, send: Callable[[], Answer]) -> Answer:
        token = self._tokens.get("access_token")
        if self._tokens.get("expires_at", 0) - SECONDS_BEFORE_EXPIRY <= self.now():
            token = self._renew(token)
        try:
            return self._correcting(send)
        except ServerRefused as refusal:
            if refusal.code not in TOKEN_ENDED | PROOF_FAILED:
                raise
        self._renew(token)
        return self._correcting(send)

    def _renew(self, used: object) -> object:
        """Refresh, unless another thread did since `used` was the access token; return the one there is then."""
        with self._changing:
            if self._tokens.get("access_token") == used:
                self.refresh()
            return self._tokens.get("access_token")

    def refresh(self) -> None:
        """Exchange the tokens for new ones. Raises ServerRefused, Unreachable, NotEnrolled."""
        body = {"guid": self.guid, "refresh_token": self._tokens.get("refresh_token", "")}
        answer = self._correcting(lambda: self._connection.post(REFRESH, body, {"DPoP": self._proof("POST", REFRESH)}))
        self._tokens = kept_tokens(answer, now=self.now(), clock_offset=self._tokens.get("clock_offset") or 0)
        self._state.write(TOKENS, self._tokens)

    def _correcting(self, send: Callable[[], Answer]) -> Answer:
        """Send once more where the proof failed, by the server's clock."""
        try:
            return self._checked(send)
        except ServerRefused as refusal:
            if refusal.code not in PROOF_FAILED:
                raise
            self.take_time(refusal.server_time)
        return self._checked(send)

    def _checked(self, send: Callable[[], Answer]) -> Answer:
        try:
            return send()
        except ServerRefused as refusal:
            if refusal.code in DEVICE_ENDED:
                raise NotEnrolled(f"The server no longer takes this device ({refusal.code}): enrol it again.") from None
            raise

    def take_time(self, server_time: object) -> None:
        """Learn the server's clock from an answer: seconds since 1970, or ISO 8601."""
        if (seconds := seconds_of(server_time)) is not None:
            # Another thread may be at a refresh: the tokens of before would be written over those it is told.
            with self._changing:
                self._tokens = {**self._tokens, "clock_offset": seconds - time.time()}
                self._state.write(TOKENS, self._tokens)

    def headers(self, method: str, path: str, there: Connection | None = None) -> dict[str, str]:
        """Return what signs one request to the server, or to another address of it."""
        token = str(self._tokens.get("access_token", ""))
        return {"Authorization": f"DPoP {token}", "DPoP": self._proof(method, path, token, there)}

    def _proof(self, method: str, path: str, access_token: str = "", there: Connection | None = None) -> str:
        url = f"{(there or self._connection).server}{path}"
        return make_proof(self._key, method=method, url=url, issued_at=int(self.now()), access_token=access_token)


def kept_tokens(answer: Mapping[str, Any], *, now: float, clock_offset: float = 0.0) -> dict[str, Any]:
    """Return what is kept of an answer with tokens."""
    return {
        "access_token": str(answer["access_token"]),
        "refresh_token": str(answer["refresh_token"]),
        "expires_at": now + float(answer.get("expires_in") or 0),
        "clock_offset": clock_offset,
    }


def seconds_of(server_time: object) -> float | None:
    if isinstance(server_time, int | float):
        return float(server_time)
    try:
        return datetime.fromisoformat(str(server_time)).timestamp()
    except ValueError:
        return None
