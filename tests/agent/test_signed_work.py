"""What an agent must find true of signed work before it runs it: each lie its own refusal."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assemblies.agent.errors import AgentError, WorkRefused
from assemblies.agent.keys import DeviceKey
from assemblies.agent.pinned_keys import PURPOSE, pin, pinned_keys, take_statement
from assemblies.agent.signed_work import named_attempt, verified_work
from assemblies.agent.state import State

SERVER, THIEF = DeviceKey(Ed25519PrivateKey.generate()), DeviceKey(Ed25519PrivateKey.generate())
GUID, NOW = "0E3C2A0E-6B0C-4C2E-9A9C-5B0C2E9A9C5B", 1_800_000_000.0
VALUES = json.dumps([{"name": "word", "value": "hush", "secret": True}]).encode()
FACTS: dict[str, Any] = {
    "format": 1,
    "device_guid": GUID,
    "work_item_hash": "wi-5f2b1c3d-0000-4000-8000-000000000001",
    "attempt_number": 1,
    "assembly_guid": "a" * 32,
    "domain": "official",
    "interpreter": "bash",
    "script": {"name": "script", "sha256": "0" * 64, "size_bytes": 4},
    "files": [],
    "arguments": [],
    "successful_codes": [0],
    "run_as": "",
    "variables_sha256": hashlib.sha256(VALUES).hexdigest(),
    "timeout_seconds": 60,
    "output_max_bytes": 1024,
    "issued_at": "2027-01-15T08:00:00+00:00",
    "not_after": "2027-01-15T08:15:00+00:00",
}


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def offer(key: DeviceKey = SERVER, variables: bytes = VALUES, **facts: Any) -> dict[str, str]:
    manifest = json.dumps(FACTS | facts).encode()
    return {"manifest": text(manifest), "signature": text(key.sign(manifest)), "variables": text(variables)}


def verify(offered: dict[str, str], now: float = NOW) -> Any:
    keys = [text(SERVER.spki)]
    return verified_work(offered, guid=GUID, keys=keys, allowed=["official", "community"], now=now)


def test_what_is_as_signed_is_accepted() -> None:
    work = verify(offer())
    assert (work.key, work.domain, work.variables[0].text) == (f"{FACTS['work_item_hash']}.1", "official", "hush")


@pytest.mark.parametrize(
    ("offered", "code"),
    {
        "another key": (offer(THIEF), "signature_invalid"),
        "other bytes": (offer() | {"manifest": text(b"{}")}, "signature_invalid"),
        "another device": (offer(device_guid="x"), "wrong_device"),
        "another source": (offer(domain="user"), "domain_not_allowed"),
        "other values": (offer(variables=b"[]"), "variables_mismatch"),
        "later": (offer(not_after="2027-01-15T07:59:00+00:00"), "manifest_expired"),
        "too early": (offer(issued_at="2027-01-15T08:10:00+00:00"), "manifest_expired"),
        "another format": (offer(format=2), "format_unknown"),
        "codes that are none": (offer(successful_codes=["all"]), "manifest_invalid"),
        "a path for a name": (offer(work_item_hash="../../etc"), "manifest_invalid"),
        "no attempt": (offer(attempt_number=0), "manifest_invalid"),
        "an unknown language": (offer(interpreter="perl"), "manifest_invalid"),
        "no hash": (offer(script={"name": "s", "sha256": "..", "size_bytes": 1}), "manifest_invalid"),
        "no base64": (offer() | {"manifest": "%"}, "manifest_invalid"),
        "no ASCII": (offer() | {"manifest": "ü"}, "manifest_invalid"),
        "nothing": ({}, "manifest_invalid"),
    }.values(),
)
def test_what_is_not_as_it_should_be_is_refused(offered: dict[str, str], code: str) -> None:
    with pytest.raises(WorkRefused) as refusal:
        verify(offered)
    assert refusal.value.code == code


def test_what_is_refused_is_named_to_the_server_only_by_what_can_be_a_name() -> None:
    assert named_attempt(offer(THIEF)) == (FACTS["work_item_hash"], 1)
    assert named_attempt(offer(work_item_hash="../../etc")) is None and named_attempt({}) is None


def statement(signer: DeviceKey, key: DeviceKey, **facts: Any) -> dict[str, str]:
    content = json.dumps({"purpose": PURPOSE, "key": text(key.spki), "retire_after": NOW + 100} | facts).encode()
    return {"statement": text(content), "signature": text(signer.sign(content))}


def test_a_new_signing_key_is_trusted_only_on_the_word_of_an_old_one(tmp_path: Path) -> None:
    state = State(tmp_path)
    pin(state, text(SERVER.spki))
    for lie in (statement(THIEF, THIEF), statement(SERVER, THIEF, purpose="other"), {}):
        with pytest.raises(AgentError):
            take_statement(state, lie, now=NOW)
    assert take_statement(state, statement(SERVER, THIEF), now=NOW)
    assert not take_statement(state, statement(SERVER, THIEF), now=NOW)
    assert pinned_keys(state, now=NOW) == [text(SERVER.spki), text(THIEF.spki)]
    assert pinned_keys(state, now=NOW + 101) == [text(THIEF.spki)]
