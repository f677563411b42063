"""What is deprecated within a workflow: said where it is looked at, where it is typed, and before it is run."""

import json

import pytest
from django.test import Client
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.actions.settings import set_setting
from assemblies.domains import Domain
from assemblies.models import SettingCategory
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_set

WARNING = "It runs what is deprecated:"


@pytest.fixture
def old(library: PayloadStore, command: Actor) -> str:
    return create(script("Old one"), domain=Domain.USER, permit=may_create(command), store=library).guid


@pytest.fixture
def graph(old: str) -> bytes:
    nodes = [{"id": "a", "type": "AssemblyNode", "data": {"assembly_guid": old.upper()}}]
    return json.dumps({"edges": [], "nodes": nodes}).encode()


@pytest.fixture
def flow(library: PayloadStore, command: Actor, graph: bytes) -> str:
    document = script("Flow", graph, type_name="workflow", category="application")
    return create(document, domain=Domain.USER, permit=may_create(command), store=library).guid


def test_a_workflow_that_runs_what_is_deprecated_says_so(
    superuser: Client, flow: str, old: str, graph: bytes, command: Actor, settings: Settings
) -> None:
    settings.LOCAL_WORKER, settings.WORKER_USER = "on", "nobody"
    pages = [f"/admin/assemblies/assembly/{flow}/{page}/" for page in ("change", "run")]
    before = [superuser.get(page).content.decode() for page in pages]
    set_setting(old, SettingCategory.DEPRECATED, "reason", "Too <slow>", permit=may_set(command))

    after = [superuser.get(page).content.decode() for page in pages]
    typed = superuser.post("/admin/workflows/preview/", {"payload": graph.decode()}).content.decode()

    assert [WARNING in page for page in (*before, *after, typed)] == [False, False, True, True, True]
    assert all("Old one" in page and "Too &lt;slow&gt;" in page for page in (*after, typed))
    assert "It is deprecated." not in after[1]
    half = superuser.post("/admin/workflows/preview/", {"payload": '{"nodes": [1, {"id": "a"}]}'})
    assert half.status_code in {200, 204}
