"""`lifecycle=` of the list, and what a run says of a deprecated assembly, also of one within a workflow."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from assemblies.domains import LifeCycle
from tests.api.conftest import Api, MakeAssembly, assert_refused, path_of

LIST, RUNS = "/api/assemblies", "/api/runs"


@pytest.fixture(autouse=True)
def _as_another_account(settings: Settings) -> None:
    settings.LOCAL_WORKER, settings.WORKER_USER = "on", "nobody"


def say(api: Api, guid: str, category: str, key: str, value: Any) -> None:
    assert api.put(path_of(guid, f"/settings/{category}/{key}"), {"value": value}).status_code == 200


def listed(api: Api, query: str) -> list[str]:
    return [one["display_name"] for one in api.get(f"{LIST}?ordering=display_name&{query}").json()["results"]]


def test_the_list_is_filtered_by_life_cycle_and_its_tag_follows(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guids = {name: make_assembly(name) for name in ("Approved", "Deprecated", "Draft", "Replaced")}
    before = as_operator.get(f"{LIST}?lifecycle=draft")
    say(as_operator, guids["Approved"], "approved", "production", True)
    say(as_operator, guids["Deprecated"], "approved", "production", True)
    say(as_operator, guids["Deprecated"], "deprecated", "reason", "Slow.")
    say(as_operator, guids["Replaced"], "replaced_by", "assembly", guids["Draft"])

    assert {state: listed(as_operator, f"lifecycle={state}") for state in LifeCycle.values} == {
        "draft": ["Draft"],
        "approved": ["Approved"],
        "deprecated": ["Deprecated"],
        "replaced": ["Replaced"],
    }
    assert as_operator.get(f"{LIST}?lifecycle=draft")["ETag"] != before["ETag"]
    assert listed(as_operator, "lifecycle=approved&q=nothing") == []
    assert listed(as_operator, "lifecycle=approved&findings=none") == []
    assert as_operator.delete(path_of(guids["Approved"], "/settings/approved/production")).status_code == 204
    assert listed(as_operator, "lifecycle=draft") == ["Approved", "Draft"]
    assert_refused(as_operator.get(f"{LIST}?lifecycle=young"), 400, "invalid_field")


def test_systems_are_filtered_by_the_short_name_too(as_operator: Api, make_assembly: MakeAssembly) -> None:
    make_assembly("Both", operating_systems=["linux", "windows"])
    make_assembly("One", operating_systems=["windows"])

    assert listed(as_operator, "os=linux") == listed(as_operator, "operating_system=linux") == ["Both"]
    assert listed(as_operator, "os=linux&operating_system=linux") == ["Both"]
    assert_refused(as_operator.get(f"{LIST}?os=linux&operating_system=windows"), 400, "invalid_field")


def test_a_run_of_what_is_deprecated_says_so_and_runs(as_administrator: Api, make_assembly: MakeAssembly) -> None:
    old, better = make_assembly("Old"), make_assembly("Better")
    assert as_administrator.post(RUNS, {"assembly_guid": old}).json()["warnings"] == []
    say(as_administrator, old, "deprecated", "reason", "Slow.")
    say(as_administrator, old, "replaced_by", "assembly", better)
    told = {"code": "deprecated", "assembly_guid": old, "display_name": "Old", "reason": "Slow.", "replaced_by": better}

    run = as_administrator.post(RUNS, {"assembly_guid": old})

    assert (run.status_code, run.json()["warnings"]) == (201, [told])
    again = as_administrator.post(f"{RUNS}/{run.json()['run_id']}/rerun", {})
    assert (again.status_code, again.json()["warnings"]) == (201, [told])


def test_a_workflow_says_which_of_its_assemblies_is_deprecated(
    as_administrator: Api, make_assembly: MakeAssembly
) -> None:
    fine, old = make_assembly("Fine"), make_assembly("Old")
    named = {"a": fine, "b": old}
    nodes = [{"id": name, "type": "AssemblyNode", "data": {"assembly_guid": guid}} for name, guid in named.items()]
    flow = make_assembly("Flow", type="workflow", workflow=json.dumps({"nodes": nodes, "edges": []}))
    say(as_administrator, old, "deprecated", "reason", True)

    told = as_administrator.post(RUNS, {"assembly_guid": flow}).json()["warnings"]

    assert [(one["assembly_guid"], one["reason"], one["replaced_by"]) for one in told] == [(old, "", None)]
