"""Registries that cannot be read or contradict themselves, seen through the command in both profiles."""

import json
from typing import Any

import pytest

from tests.rekeying.bench import AtocoreBench, CatalogueBench

Benches = AtocoreBench | CatalogueBench
P05 = {"id": "p05-x", "aliases": ["p05", "Old Name"]}


@pytest.mark.parametrize(
    ("registry", "error"),
    [
        ([P05, {"id": "p06", "aliases": ["P05 "]}], "ambiguous_alias"),
        ([P05, {"id": "p06", "aliases": ["p05-X"]}], "alias_is_an_id"),
        ([P05, {"id": "P05-X"}], "duplicate_id"),
        ([{"id": ""}], "registry_unreadable"),
        ([{"id": "a", "aliases": "b"}], "registry_unreadable"),
        ([{"id": "a", "retired": "yes"}], "registry_unreadable"),
        ([{"id": "a", "kinds": {"b": "name"}}], "registry_unreadable"),
        ([{"id": "a", "domain": "everywhere"}], "registry_unreadable"),
    ],
)
def test_a_registry_that_contradicts_itself_refuses_an_apply(
    bench: Benches, registry: list[dict[str, Any]], error: str
) -> None:
    bench.register(*registry)
    bench.state("p05", "v")
    before = bench.dump()
    assert bench.run("--json").answer["integrity_errors"][0].startswith(error)
    assert bench.run("--apply").exit_code == 2
    assert bench.dump() == before


@pytest.mark.parametrize("text", ["", "[]", '{"projects": {}}', "{", "[" * 100_000])
def test_an_unreadable_registry_refuses_an_apply(bench: Benches, text: str) -> None:
    bench.registry.write_text(text)
    called = bench.run("--apply", "--json")
    assert called.exit_code == 2
    assert called.answer["integrity_errors"][0].startswith("registry_unreadable")


def test_both_keys_of_a_registry_are_read(bench: Benches) -> None:
    bench.registry.write_text(json.dumps({"assemblies": [{"id": "a"}], "projects": [{"id": "b", "aliases": ["C"]}]}))
    assert bench.run("--json").answer["alias_map"] == {"a": "a", "b": "b", "c": "b"}
