"""The server's signing keys that this device trusts: the one it met at its enrolment, and what that one vouches for.

A new key comes in a statement that a pinned key signed: JSON with the `key` and until when the older ones still count
(`retire_after`, seconds since 1970). Nothing else adds a key.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from assemblies.agent.errors import AgentError
from assemblies.agent.keys import is_signed
from assemblies.agent.state import State

FILE = "signing_keys.json"
PURPOSE = "borealis-signing-key"


def pin(state: State, key: str) -> None:
    """Trust one key and no other: an enrolment begins again."""
    state.write(FILE, {"keys": [{"key": key, "until": None}]})


def pinned_keys(state: State, *, now: float) -> list[str]:
    """Return the keys that count at `now`, in seconds since 1970."""
    keys = state.read(FILE).get("keys", [])
    return [str(one["key"]) for one in keys if one["until"] is None or one["until"] > now]


def take_statement(state: State, offered: Mapping[str, Any], *, now: float) -> bool:
    """Trust the key of a statement that a pinned one signed, and say whether there was a new one.

    A statement about a key that is known says nothing new, even where the key that signed it counts no more.
    Raises AgentError.
    """
    try:
        statement = base64.b64decode(str(offered["statement"]), validate=True)
        signature = base64.b64decode(str(offered["signature"]), validate=True)
    except (KeyError, binascii.Error) as error:
        raise AgentError("A statement about a new signing key cannot be read.") from error
    facts, kept = json.loads(statement), state.read(FILE).get("keys", [])
    if facts.get("purpose") != PURPOSE:
        raise AgentError("A signed statement is about something else than a signing key.")
    if any(one["key"] == facts["key"] for one in kept):
        return False
    if not is_signed(statement, signature, pinned_keys(state, now=now)):
        raise AgentError("A statement about a new signing key is signed by no key that this device trusts.")
    # No key counts longer than its successors say: one that was revoked takes those before it along.
    ends = float(facts["retire_after"])
    older = [{**one, "until": ends if one["until"] is None else min(one["until"], ends)} for one in kept]
    state.write(FILE, {"keys": [*older, {"key": str(facts["key"]), "until": None}]})
    return True
