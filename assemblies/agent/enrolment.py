"""Become one of the server's devices: a code, a key, an administrator who compares fingerprints, tokens.

What was requested is kept, so that an `enrol` that was interrupted goes on waiting for the same approval.
"""

import base64
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assemblies.agent.connection import Connection
from assemblies.agent.errors import AgentError, ServerRefused
from assemblies.agent.keys import DeviceKey, device_key
from assemblies.agent.pinned_keys import pin
from assemblies.agent.session import kept_tokens
from assemblies.agent.state import ENROLMENT, SETTINGS, TOKENS, State

REQUEST, POLL = "/api/agent/enroll/request", "/api/agent/enroll/poll"
DOMAINS = ("official", "community", "user")
Wait = Callable[[float], None]


@dataclass(frozen=True)
class Choices:
    """What the device's owner decides: which sources may run here, and which account scripts run as ("": the agent's).

    `ca_file` names certificate authorities in addition to those of the system.
    """

    server: str
    hostname: str
    allow: Sequence[str]
    run_as: str = ""
    ca_file: Path | None = None


def request(state: State, choices: Choices, code: str) -> DeviceKey:
    """Request enrolment with a code, and return the key to compare. Raises AgentError."""
    key, nonce = device_key(state), secrets.token_bytes(32)
    connection = Connection(choices.server, choices.ca_file)
    body = {
        "hostname": choices.hostname,
        "enrollment_code": code,
        "agent_pubkey": _text(key.spki),
        "client_nonce": _text(nonce),
    }
    answer = connection.post(REQUEST, body, {})
    kept = {
        "server": connection.server,
        "hostname": choices.hostname,
        "allow": list(choices.allow),
        "run_as": choices.run_as,
        "ca_file": str(choices.ca_file) if choices.ca_file else "",
        "client_nonce": _text(nonce),
        "server_nonce": str(answer["server_nonce"]),
        "approval_reference": str(answer["approval_reference"]),
    }
    state.write(ENROLMENT, kept)
    return key


def wait_for_approval(state: State, *, until: float | None = None, wait: Wait = time.sleep) -> str:
    """Poll until an administrator has decided, keep what an approval brings, and return the device's GUID.

    `until` is in seconds of `time.monotonic()`. Raises AgentError.
    """
    pending, key = state.read(ENROLMENT), device_key(state)
    connection = Connection(pending["server"], Path(pending["ca_file"]) if pending["ca_file"] else None)
    while True:
        answer, pause = _poll(connection, pending, key)
        if answer.get("status") == "approved":
            return _accept(state, pending, answer)
        if answer.get("status") in {"denied", "expired"}:
            state.forget(ENROLMENT)
            raise AgentError(f"The enrolment was {answer['status']}.")
        if until is not None and time.monotonic() + pause > until:
            raise AgentError("Nobody has decided yet; `enrol` without a code goes on waiting.")
        wait(pause)


def _poll(connection: Connection, pending: dict[str, Any], key: DeviceKey) -> tuple[dict[str, Any], float]:
    """Return the answer, and how many seconds to wait before the next one."""
    server_nonce, client_nonce = _bytes(pending["server_nonce"]), _bytes(pending["client_nonce"])
    reference = str(pending["approval_reference"])
    body = {
        "approval_reference": reference,
        "client_nonce": pending["client_nonce"],
        "proof_sig": _text(key.sign(server_nonce + reference.encode("ascii") + client_nonce)),
    }
    try:
        answer = connection.post(POLL, body, {})
    except ServerRefused as refusal:
        if refusal.code != "rate_limited":
            raise
        return {}, max(refusal.retry_after, 5.0)
    return answer, float(answer.get("poll_after_ms") or 5000) / 1000


def _accept(state: State, pending: dict[str, Any], answer: dict[str, Any]) -> str:
    if "access_token" not in answer:
        state.forget(ENROLMENT)
        raise AgentError("The tokens of this enrolment were given out before: enrol again with a new code.")
    # The settings come last: with them the device counts as enrolled, and by then all else is there.
    pin(state, str(answer["signing_key"]))
    state.write(TOKENS, kept_tokens(answer, now=time.time()))
    kept = {name: pending[name] for name in ("server", "hostname", "allow", "run_as", "ca_file")}
    state.write(SETTINGS, {**kept, "guid": str(answer["guid"])})
    state.forget(ENROLMENT)
    return str(answer["guid"])


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
