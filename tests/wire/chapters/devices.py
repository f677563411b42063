"""Devices: install codes, enrolment, approval, tokens, what they report, what administrators set."""

from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.fleet.agent import DETAILS, HEARTBEAT, POLL, REFRESH, REQUEST, Agent
from tests.wire.conversation import Conversation, Speaker
from tests.wire.people import anonymous, signed_in

CODES, APPROVALS, AGENTS = "/api/admin/enrollment-codes", "/api/admin/device-approvals", "/api/agents"
CLAIM = "/api/agent/script/request"


def hold(conversation: Conversation) -> None:
    people = [anonymous(conversation), signed_in(conversation, "operator"), signed_in(conversation, "administrator")]
    administrator = people[-1]
    code = _codes(people)
    agent = Agent(key=Ed25519PrivateKey.from_private_bytes(bytes(range(32))), nonce="AAAAAAAAAAAAAAAAAAAAAA==")
    device = conversation.speaker("device")
    _enrol(device, agent, code)
    _decide(people, device, agent)
    _tokens(device, agent)
    _report(device, agent)
    # Its bytes change with each change of the agent; tests/api/test_agent_download.py reads them.
    for end in ("", ".sha256", ".sig"):
        device.get(f"/api/agent/download{end}?version=1")
    _work(people, device, agent)
    _administer(people, agent.guid)
    device.post(HEARTBEAT, {}, **_headers(agent, HEARTBEAT))
    administrator.patch(f"{AGENTS}/{agent.guid}", {"status": "active"})


def _codes(people: list[Speaker]) -> str:
    for speaker in people[:-1]:
        speaker.post(CODES, {"ttl_hours": 1})
        speaker.get(CODES)
    administrator = people[-1]
    for body in ({}, {"ttl_hours": 2}, {"ttl_hours": 1, "max_uses": 11}):
        administrator.post(CODES, body)
    made = administrator.post(CODES, {"ttl_hours": 1}).json()
    administrator.get(CODES)
    administrator.delete(f"{CODES}/{made['id']}")
    return str(administrator.post(CODES, {"ttl_hours": 24, "max_uses": 3}).json()["code"])


def _enrol(device: Speaker, agent: Agent, code: str) -> None:
    whole: dict[str, Any] = {
        "hostname": "web-1", "enrollment_code": code, "agent_pubkey": agent.public_key, "client_nonce": agent.nonce
    }  # fmt: skip
    for name in whole:
        device.post(REQUEST, {key: value for key, value in whole.items() if key != name})
    for wrong in ({"enrollment_code": "1234"}, {"agent_pubkey": "AAAA"}, {"client_nonce": "AAAA"}, {"colour": "red"}):
        device.post(REQUEST, whole | wrong)
    agent.asked = device.post(REQUEST, whole).json()
    body = agent.poll_body()
    for other in (
        {"approval_reference": "x"},
        {"client_nonce": "x"},
        {"proof_sig": "x"},
        {"proof_sig": "AA" * 42 + "AA=="},
    ):
        device.post(POLL, body | other)
    device.post(POLL, body)


def _decide(people: list[Speaker], device: Speaker, agent: Agent) -> None:
    number = agent.approval.pk
    for speaker in people:
        speaker.get(f"{APPROVALS}?status=pending")
        speaker.post(f"{APPROVALS}/{number}/approve", {"fingerprint": "0" * 64})
    people[-1].post(f"{APPROVALS}/{number}/approve", {"fingerprint": agent.fingerprint})
    agent.tokens = device.post(POLL, agent.poll_body()).json()
    device.post(POLL, agent.poll_body())
    people[-1].post(f"{APPROVALS}/{number}/deny")


def _tokens(device: Speaker, agent: Agent) -> None:
    body = {"guid": agent.guid, "refresh_token": agent.tokens["refresh_token"]}
    device.post(REFRESH, body)
    device.post(REFRESH, body, DPoP="x")
    device.post(REFRESH, {"guid": agent.guid}, DPoP=agent.proof("POST", REFRESH))
    device.post(REFRESH, body | {"refresh_token": "x"}, DPoP=agent.proof("POST", REFRESH))
    agent.tokens |= device.post(REFRESH, body, DPoP=agent.proof("POST", REFRESH)).json()


def _report(device: Speaker, agent: Agent) -> None:
    device.post(HEARTBEAT, {})
    device.post(HEARTBEAT, {}, Authorization="DPoP x")
    device.post(HEARTBEAT, {}, **_headers(agent, HEARTBEAT))
    device.post(DETAILS, {"capabilities": ["Bash"], "inventory": {"os": "Linux"}}, **_headers(agent, DETAILS))
    device.post(DETAILS, {"groups": ["web"]}, **_headers(agent, DETAILS))


def _work(people: list[Speaker], device: Speaker, agent: Agent) -> None:
    operator = people[1]
    script = {"display_name": "Say", "assembly_type": "bash", "payload": "echo hello"}
    guid = operator.post("/api/assemblies", script).json()["assembly_guid"]
    for targets in (["nowhere"], ["server"], []):
        operator.post("/api/runs", {"assembly_guid": guid, "targets": targets})
    _say(device, agent, CLAIM, {"held": [{"work_item_hash": "x"}]})
    _say(device, agent, CLAIM, {})
    run = operator.post("/api/runs", {"assembly_guid": guid, "targets": [agent.guid]}).json()
    item = f"/api/agent/items/{run['items'][0]['work_item_hash']}"
    _say(device, agent, f"{item}/progress", {"attempt_number": 1})
    device.post(CLAIM, {})
    _say(device, agent, CLAIM, {"capabilities": {"AssemblyRun": ["powershell"]}})
    _say(device, agent, CLAIM, {"capabilities": {"AssemblyRun": ["bash"]}})
    for body in ({}, {"attempt_number": 2}, {"attempt_number": 1}):
        _say(device, agent, f"{item}/progress", body)
    digest = sha256(b"echo hello").hexdigest()
    for name in (digest, "0" * 64):
        headers = _headers(agent, f"{item}/files/{name}", "GET")
        device.get(f"{item}/files/{name}?attempt_number=1", **headers)
    chunk = {"seq": 1, "stream": "stdout", "content": "aGVsbG8K"}
    for chunks in ([{**chunk, "content": "%"}], [{**chunk, "stream": "speech"}], [chunk]):
        _say(device, agent, f"{item}/output", {"attempt_number": 1, "chunks": chunks})
    _say(device, agent, f"{item}/complete", {"attempt_number": 1, "result_signature": "AAAA"})
    _say(device, agent, f"{item}/complete", {"attempt_number": 1, "exit_code": 3})
    _say(device, agent, f"{item}/fail", {"attempt_number": 1, "exit_code": 3, "error": "It broke."})
    _say(device, agent, f"{item}/complete", {"attempt_number": 1})
    _say(device, agent, "/api/agent/items/wi-nothing/progress", {"attempt_number": 1})
    for speaker in people:
        speaker.get(f"/api/runs/{run['run_id']}")
    people[1].get(f"/api/runs/{run['run_id']}/events")


def _say(device: Speaker, agent: Agent, path: str, body: dict[str, Any]) -> None:
    device.post(path, body, **_headers(agent, path))


def _administer(people: list[Speaker], guid: str) -> None:
    for speaker in people:
        speaker.get(AGENTS)
        speaker.get(f"{AGENTS}/{guid}")
        speaker.patch(f"{AGENTS}/{guid}", {"groups": ["web"], "tags": ["eu"], "max_concurrent": 2})
    people[-1].get(f"{AGENTS}?group=web&status=active")
    people[-1].get(f"{AGENTS}/nothing")
    people[-1].patch(f"{AGENTS}/{guid}", {"status": "revoked"})


def _headers(agent: Agent, path: str, method: str = "POST") -> dict[str, str]:
    token = agent.tokens["access_token"]
    return {"Authorization": f"DPoP {token}", "DPoP": agent.proof(method, path, token)}
