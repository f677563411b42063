"""Devices for tests: the agent's own code and state, with a line to the library that can be cut."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.test import Client

from assemblies import documents
from assemblies.agent.agent import Agent
from assemblies.agent.connection import Connection
from assemblies.agent.errors import ServerRefused, Unreachable
from assemblies.agent.keys import KEY, DeviceKey
from assemblies.agent.pinned_keys import pin
from assemblies.agent.session import Session, kept_tokens
from assemblies.agent.state import State
from assemblies.domains import Domain
from assemblies.execution.models import Run, RunOutput, WorkItem
from assemblies.execution.subject import subject_of_assembly
from assemblies.execution.submission import RunOptions, submit
from assemblies.fleet.models import Device
from assemblies.fleet.targets import resolve_target
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.api.conftest import imported
from tests.fleet.agent import enrolled
from tests.permits import may_run


class Line(Connection):
    """The network between an agent and the library; `is_cut` is somebody's digger."""

    def __init__(self) -> None:
        super().__init__(settings.PUBLIC_ORIGIN)
        self.client = Client()
        self.is_cut = False
        self.sent: list[str] = []

    def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        self._pass(path)
        answer = self.client.post(path, json.dumps(body), content_type="application/json", headers=dict(headers))
        told: dict[str, Any] = answer.json()
        if answer.status_code >= 400:
            raise ServerRefused(answer.status_code, told)
        return told

    def get_bytes(self, path: str, headers: Mapping[str, str], *, max_bytes: int) -> bytes:
        self._pass(path)
        answer = self.client.get(path, headers=dict(headers))
        if answer.status_code >= 400:
            raise ServerRefused(answer.status_code, answer.json())
        assert len(answer.content) <= max_bytes
        return bytes(answer.content)

    def _pass(self, path: str) -> None:
        if self.is_cut:
            raise Unreachable("The line is cut.")
        self.sent.append(path)


@dataclass
class Machine:
    """One device: its row, its state, its line. `agent` is a fresh process's worth of agent each time it is called."""

    state: State
    guid: str
    key: DeviceKey
    allow: list[str]
    line: Line = field(default_factory=Line)
    settings: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def enrolled(cls, hostname: str, folder: Path, *, allow: tuple[str, ...] = ("user",)) -> "Machine":
        came = enrolled(hostname)
        state, key = State(folder), DeviceKey(came.key)
        state.prepare()
        state.path(KEY).write_bytes(key.pem())
        state.write("tokens.json", kept_tokens(came.tokens, now=0))
        pin(state, came.tokens["signing_key"])
        machine = cls(state, came.guid, key, list(allow))
        machine.session().refresh()
        return machine

    @property
    def device(self) -> Device:
        return Device.objects.get(guid=self.guid)

    def session(self) -> Session:
        return Session(self.state, self.line, self.key, self.guid)

    def agent(self) -> Agent:
        return Agent(self.state, self.session(), self.key, {"allow": self.allow} | self.settings)

    def say(self, work_item_hash: str, verb: str, **body: Any) -> dict[str, Any]:
        """Say something of an item as this device."""
        return self.session().post(f"/api/agent/items/{work_item_hash}/{verb}", {"attempt_number": 1} | body)

    def claim(self, **body: Any) -> dict[str, Any]:
        return self.session().post("/api/agent/script/request", body)


def assembly(store: PayloadStore, actor: Actor, script: str, **fields: Any) -> str:
    document = {"name": "Say", "type": "bash", "script": script, "script_encoding": "plain"} | fields
    return imported([documents.read_document(document, max_bytes=1 << 20)], Domain.USER, actor, store)[0].guid


def submitted(store: PayloadStore, actor: Actor, script: str, *targets: str, **options: Any) -> Run:
    declared, by = options.pop("declared", []), options.pop("by", actor)
    guid = assembly(store, actor, script, variables=declared, **options.pop("document", {}))
    subject = subject_of_assembly(guid, None, store=store)
    chosen = RunOptions(targets=targets, **options)
    return submit(subject, chosen, permit=may_run(by), run_id=str(uuid4()), resolver=resolve_target)


def item_of(run: Run) -> WorkItem:
    return WorkItem.objects.get(run_id=run.run_id)


def printed(run: Run) -> bytes:
    return b"".join(bytes(row.content) for row in RunOutput.objects.filter(run_id=run.run_id).order_by("seq"))
