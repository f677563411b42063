"""What a message of a device costs: one transaction each, spent and counted whatever comes of it."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assemblies.api.fleet import work
from assemblies.errors import LibraryError
from assemblies.execution.errors import StaleAttempt, WorkItemNotFound
from assemblies.execution.models import RunOutput
from assemblies.fleet import limits, proofs
from assemblies.fleet.errors import DpopReplayed
from assemblies.fleet.limits import Limit
from assemblies.fleet.message import take_message
from assemblies.fleet.models import Device, RequestCount, UsedProof
from assemblies.fleet.presence import presence
from assemblies.fleet.proofs import Proof
from assemblies.payloads import PayloadStore
from devmode import write_lock
from devmode.actor import Actor
from tests.agent.machines import Machine, item_of, submitted
from tests.fleet.agent import enrolled

NOW = timezone.now()
LIMIT = Limit("messages", "somebody", 10)
PROOF = Proof("a key", "a number", NOW)
OUTPUT = {"chunks": [{"seq": 1, "stream": "stdout", "content": base64.b64encode(b"said\n").decode()}]}


@contextmanager
def one_transaction(statements: int) -> Iterator[None]:
    """Hold the block to one transaction of `execution`, and to so many statements with those that begin and end it."""
    locked: list[str] = []

    @contextmanager
    def counted(alias: str, *, own: Any, **options: Any) -> Iterator[None]:
        locked.append(alias)
        with own(alias, **options):
            yield

    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connections["execution"]) as queries:
        patch.setattr(write_lock, "write_lock", partial(counted, own=write_lock.write_lock))
        yield
    assert locked == ["execution"]
    assert len(queries) <= statements, "\n".join(query["sql"] for query in queries)


def test_each_message_of_a_device_is_one_transaction(
    machine: Machine, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = item_of(submitted(library, operator, "echo", machine.guid)).work_item_hash
    # Written once a second by a process, whatever the number of devices; and by one proof and one sender in 16.
    monkeypatch.setattr(presence, "note", lambda *_given, **_named: None)
    for swept in (proofs, limits):
        monkeypatch.setattr(swept, "SWEEPING", "never")
    with one_transaction(statements=22):
        assert machine.claim()["status"] == "work"
    with one_transaction(statements=13):
        machine.say(item, "progress")
    with one_transaction(statements=10):
        machine.say(item, "output", **OUTPUT)
    # The last item of its run: what came of it is sealed; and what else waits is told.
    with one_transaction(statements=27):
        machine.say(item, "complete", exit_code=0, output_bytes=5)
    with one_transaction(statements=9):
        assert machine.claim()["status"] == "idle"


@pytest.mark.usefixtures("db_of_library")
def test_what_is_refused_is_spent_and_counted_and_nothing_of_it_stays() -> None:
    def act() -> None:
        Device.objects.update(hostname="renamed")
        raise StaleAttempt

    agent = enrolled()
    for error in (StaleAttempt, DpopReplayed):
        with pytest.raises(error):
            take_message(act, limit=LIMIT, spent=PROOF, now=NOW)
    assert Device.objects.get(guid=agent.guid).hostname == "web-1"
    assert RequestCount.objects.get(digest=LIMIT.digest).requests == 1
    assert UsedProof.objects.count() == 1


@pytest.mark.usefixtures("db_of_library")
def test_a_refusal_that_is_returned_undoes_nothing() -> None:
    def act() -> LibraryError:
        Device.objects.update(hostname="renamed")
        return WorkItemNotFound()

    agent = enrolled()
    with pytest.raises(WorkItemNotFound):
        take_message(act, limit=LIMIT, now=NOW)
    assert Device.objects.get(guid=agent.guid).hostname == "renamed"


def test_a_signature_that_is_none_is_counted(
    machine: Machine, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "MESSAGES_PER_DEVICE", 2)
    agent = enrolled("liar")
    item = item_of(submitted(library, operator, "echo", agent.guid)).work_item_hash
    agent.call("/api/agent/script/request")
    said: Any = {"attempt_number": 1, "exit_code": 0, "result_signature": "AAAA"}
    codes = [agent.call(f"/api/agent/items/{item}/complete", said).json()["code"] for _time in range(3)]
    assert codes == ["invalid_result_signature", "invalid_result_signature", "rate_limited"]
    assert not RunOutput.objects.exists()
