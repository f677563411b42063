"""Simulated devices: made in the database, they claim what is meant for them and report it as done."""

import pytest
from django.conf import settings
from django.utils import timezone

from assemblies.execution.models import WorkItem
from assemblies.fleet.simulation import GROUP, Counts, SimulatedAgent, make_devices
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.agent.machines import Line, submitted


def test_each_item_is_reported_once(library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assemblies.fleet.simulation.Connection", lambda _server: Line())
    agents: list[SimulatedAgent] = make_devices(3, settings.PUBLIC_ORIGIN, now=timezone.now())
    counts = Counts()
    assert {agent.step(counts) for agent in agents} == {15.0}
    run = submitted(library, operator, "echo", f"group:{GROUP}")
    # A message of each in turn: claim, progress, output, end.
    assert [[agent.step(counts) for agent in agents] for _message in range(4)] == [[0.0] * 3] * 3 + [[15.0] * 3]
    assert (counts.polls, counts.runs, counts.errors) == (6, 3, 0)
    statuses = WorkItem.objects.of_run(run.run_id).values_list("status", "attempt_number")
    assert list(statuses) == [("Completed", 1)] * 3
