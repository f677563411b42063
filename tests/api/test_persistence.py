"""The calls of persistence targets, from adding one to the copy."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from pytest_django import Settings

from assemblies.execution.models import ExecutionEpoch
from assemblies.targets.models import PersistenceAssignment
from devmode.models import AuditEntry
from tests.execution.orders import EPOCH
from tests.matrix.identities import granted
from tests.targets.load import carry_out

pytestmark = pytest.mark.django_db(databases="__all__", transaction=database.vendor == "postgresql")
PERSISTENCE = "/api/persistence"


@pytest.fixture(autouse=True)
def runtime_root(tmp_path: Path, settings: Settings) -> None:
    settings.RUNTIME_ROOT = tmp_path


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"{PERSISTENCE}/{path}", body, content_type="application/json")


def test_from_a_target_to_its_copy_and_back(library: object) -> None:
    granted_client = granted().client()
    target = post(granted_client, "targets", {"name": "archive", "engine": "sqlite"}).json()["id"]
    made = post(granted_client, f"targets/{target}/connections", {"name": "Evidence", "database": "evidence"})
    assert made.status_code == 201
    assert post(granted_client, "assign", {"connection_id": made.json()["id"]}).json()["state"] == "waiting-for-beacon"
    ExecutionEpoch.objects.create(id=1, epoch=EPOCH)
    carry_out(1)
    assert granted_client.get(f"{PERSISTENCE}/status").json()["queue"]["pending"] > 0
    assert post(granted_client, "flush", {}).json()["state"] == "bootstrapped"
    assert post(granted_client, "assign", {"connection_id": None}).json()["target"] is None
    assert not PersistenceAssignment.objects.exists()
    events = AuditEntry.objects.filter(event__startswith="target.").values_list("event", flat=True)
    assert set(events) == {"target.create", "target.connect", "target.assign", "target.clear"}
