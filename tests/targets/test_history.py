"""What retention removed here is read back from the copy, by administrators; every answer says where it was read."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client

from assemblies.actions.permit import Permit
from assemblies.audit_events import LibraryEvent
from assemblies.execution.models import Manifest, Run, WorkItem, WorkItemEvent
from assemblies.execution.retention import sweep_runs
from assemblies.targets.replicator import Replicator
from devmode.models.installation import Installation
from tests.execution.orders import NOW
from tests.targets.conftest import COMMAND, Target, catch_up
from tests.targets.load import carry_out

pytestmark = [
    pytest.mark.engine,
    pytest.mark.django_db(databases=["default", "execution"], transaction=connection.vendor == "postgresql"),
]
# What only the queue has: a copy says nothing of it.
ONLY_HERE = {"health": None, "health_label": "Unknown", "health_reason": None, "lease_until": None, "waiting_for": ""}
PATHS = ("/api/work-items", "/api/events", "/api/manifests")


@pytest.fixture
def client(empty_queue: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    return client


def read(client: Client, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content
    # A target keeps a picture of what PostgreSQL would reject.
    body: dict[str, Any] = json.loads(answer.content.decode().replace("\\u0000", "␀"))
    return body


def by_name(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: str(item["work_item_hash"]))


def copied(replicator: Replicator, target: Target, runs: int = 3) -> None:
    # Rows of this instance, as the library names itself.
    instance = Installation.current()
    instance.instance_id = "instance"
    instance.save()
    target.assign()
    carry_out(runs)
    catch_up(replicator)


def swept() -> None:
    Run.objects.update(sealed_at=NOW)
    permit = Permit(actor=COMMAND, event=LibraryEvent.RUN)
    assert sweep_runs(1, permit=permit, now=NOW + timedelta(days=2)).runs == 3
    assert not WorkItem.objects.exists()


def test_what_was_removed_here_is_read_from_the_target(client: Client, target: Target, replicator: Replicator) -> None:
    copied(replicator, target)
    items, events = read(client, "/api/work-items"), read(client, "/api/events")
    assert (items["source"], events["source"], items["count"]) == ("local", "local", 3)
    one = read(client, f"/api/work-items/{items['results'][0]['work_item_hash']}")
    run_id, kept = one["run_id"], WorkItemEvent.objects.count()
    of_run = read(client, f"/api/runs/{run_id}/events")
    swept()

    assert read(client, "/api/work-items")["count"] == 0
    part = read(client, "/api/work-items", source="target", limit=2)
    assert (part["source"], part["count"], len(part["results"])) == ("target", 3, 2)
    assert "source=target" in part["next"]
    there = read(client, "/api/work-items", source="target")
    assert by_name(there["results"]) == by_name([item | ONLY_HERE for item in items["results"]])
    alone = read(client, f"/api/work-items/{one['work_item_hash']}", source="target")
    assert alone == one | ONLY_HERE | {"source": "target"}
    assert len(read(client, "/api/events", source="target")["events"]) == kept
    again = read(client, f"/api/runs/{run_id}/events", source="target")
    assert again == of_run | {"source": "target"}
    manifests = read(client, "/api/manifests", source="target")
    assert manifests["results"] == read(client, "/api/manifests")["results"]
    assert manifests["count"] == Manifest.objects.count()


def test_the_copy_is_filtered_as_what_is_here_is(client: Client, target: Target, replicator: Replicator) -> None:
    copied(replicator, target)
    run_id = Run.objects.order_by("run_id").values_list("run_id", flat=True)[0]
    for query in ({"run": run_id}, {"status": "Failed"}, {"actor": "olga"}, {"since": NOW.isoformat()}):
        here = read(client, "/api/work-items", **query)
        there = read(client, "/api/work-items", **query, source="target")
        assert (there["count"], len(there["results"])) == (here["count"], len(here["results"]))
    assert client.get("/api/work-items", {"source": "target", "ordering": "queue"}).status_code == 400
    about = read(client, "/api/events", source="target", assembly="a" * 32)
    assert len(about["events"]) == WorkItemEvent.objects.count()
    assert read(client, "/api/events", source="target", assembly="b" * 32)["events"] == []
    assert client.get(f"/api/runs/{'0' * 36}/events", {"source": "target"}).status_code == 404
    assert client.get("/api/work-items/wi-0", {"source": "target"}).status_code == 404


def test_rows_of_another_library_on_the_target_are_not_told(
    client: Client, target: Target, replicator: Replicator
) -> None:
    copied(replicator, target)
    target.execute("UPDATE ba_queue_workitem SET instance_id = 'another'")
    assert read(client, "/api/work-items", source="target")["count"] == 0


def test_a_target_that_does_not_answer_is_said_so(client: Client, target: Target, replicator: Replicator) -> None:
    for path in PATHS:
        assert client.get(path, {"source": "target"}).json()["code"] == "nothing_assigned"
    copied(replicator, target, runs=1)
    replicator.close()
    target.unplug()
    for path in PATHS:
        answer = client.get(path, {"source": "target"})
        assert (answer.status_code, answer.json()["code"]) == (409, "connection_not_live")
        assert client.get(path).status_code == 200
    target.plug()


@pytest.mark.parametrize("group", ["", "Operators"])
def test_only_administrators_read_the_copy(empty_queue: None, group: str) -> None:
    user = User.objects.create_user("vera")
    if group:
        user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    for path in (*PATHS, "/api/work-items/wi-1", "/api/runs/x/events"):
        answer = client.get(path, {"source": "target"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert client.get("/api/work-items", {"source": "elsewhere"}).status_code == 400
