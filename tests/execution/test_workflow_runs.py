"""Workflows from their documents to their evidence: commands and the real worker, on a library in files."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.deployment import Deployment, Prepared

BUNDLED = Path("assemblies/official/bundled/Assemblies/workflows/disk-headroom-forecast.json")
SAY, FAIL, CHAIN = "1" * 32, "2" * 32, "3" * 32


def script(guid: str, name: str, text: str) -> dict[str, Any]:
    variables = [{"name": "word", "default": "nothing"}]
    facts = {"assembly_guid": guid, "name": name, "type": "bash", "variables": variables}
    return facts | {"script": text, "script_encoding": "plain"}


def chain() -> dict[str, Any]:
    """Two and two are said; a script that fails comes after it; the third would come after that."""

    def node(name: str, kind: str, **facts: str) -> dict[str, Any]:
        return {"id": name, "type": kind, "data": {"label": name} | facts}

    def edge(source: str, target: str, handle: str | None = None) -> dict[str, Any]:
        return {"id": f"{source}-{target}-{handle}", "source": source, "target": target, "targetHandle": handle}

    nodes = [
        node("two", "DataNode", value="2"),
        node("sum", "MathNode", operator="Add", value="stale"),
        node("say", "AssemblyNode", assembly_guid=SAY),
        node("fail", "AssemblyNode", assembly_guid=FAIL),
        node("never", "AssemblyNode", assembly_guid=SAY),
    ]
    edges = [edge("two", "sum", "a"), edge("two", "sum", "b"), edge("sum", "say", "word")]
    edges += [edge("say", "fail"), edge("fail", "never")]
    return {
        "assembly_guid": CHAIN,
        "name": "Chain",
        "type": "workflow",
        "workflow": {"nodes": nodes, "edges": edges},
    }


@pytest.fixture(scope="module")
def deployment(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A library in which both workflows were run by one `run_worker --once`."""
    folder = tmp_path_factory.mktemp("workflows")
    deployment = Deployment.of(prepared, folder / "var", BOREALIS_LOCAL_WORKER="on")
    (folder / "in").mkdir()
    documents = {"say": script(SAY, "Say", "echo said $WORD\n"), "fail": script(FAIL, "Fail", "echo oops; exit 3\n")}
    for name, document in (documents | {"chain": chain()}).items():
        (folder / "in" / f"{name}.json").write_text(json.dumps(document))
    sources = (str(folder / "in"), str(BUNDLED))
    deployment.answer("import_assemblies", *sources, "--domain", "user", "--on-conflict", "skip")
    for guid in (CHAIN, json.loads(BUNDLED.read_text())["assembly_guid"]):
        deployment.answer("run_assembly", guid, "--json")
    done = deployment.run("run_worker", "--once")
    assert done.returncode == 0, done.stderr
    return deployment


def run_named(deployment: Deployment, name: str) -> dict[str, Any]:
    [run] = [one for one in json.loads(deployment.answer("list_runs", "--json"))["runs"] if one["display_name"] == name]
    facts: dict[str, Any] = run
    return facts


def test_a_bundled_workflow_prints_what_its_nodes_came_to(deployment: Deployment) -> None:
    run = run_named(deployment, "Disk headroom forecast")
    assert run["status"] == "Completed"
    printed = deployment.answer("show_run", run["run_id"], "--output")
    assert "Free (GiB): 120\nDays left: 60\nEnough time?: 1\nNo order needed yet: 1" in printed


def test_the_nodes_of_a_chain_run_in_order_until_one_fails(deployment: Deployment) -> None:
    run = run_named(deployment, "Chain")
    assert run["status"] == "Failed"
    assert [(item["node"], item["status"], item["exit_code"], item["last_error"]) for item in run["items"]] == [
        ("", "Completed", 0, ""),
        ("say", "Completed", 0, ""),
        ("fail", "Failed", 3, "The script ended with exit code 3."),
        ("never", "Canceled", None, "predecessor_not_completed"),
    ]
    assert deployment.answer("show_run", run["run_id"], "--output").endswith("sum: 4\nsaid 4\noops")


def test_the_library_verifies_with_workflows_that_ran(deployment: Deployment) -> None:
    found = json.loads(deployment.answer("verify_library", "--json"))
    assert (found["findings"], found["checked"]["work_items"]) == ([], 5)
