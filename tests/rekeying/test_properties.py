"""Over random registries and rows: nothing is lost, nothing is left, and an error anywhere leaves all as it was."""

import json
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assemblies.models import AssemblySettingHistory, fold_alias
from assemblies.payloads import PayloadStore
from assemblies.rekeying.adapter import Adapter
from assemblies.rekeying.atocore_adapter import AtocoreAdapter
from assemblies.rekeying.catalogue_adapter import CatalogueAdapter
from assemblies.rekeying.migrate import Migration
from assemblies.rekeying.registry import read_registry
from devmode.actor import Actor
from tests.effort import effort
from tests.permits import may_rekey
from tests.rekeying.bench import NEW, NEWER, OLD, AtocoreBench, CatalogueBench

EXAMPLES = effort(gate=8, torture=500)
Benches = AtocoreBench | CatalogueBench
names = st.sampled_from(["a", "A", " a", "a1", "A2", "b", "b1", "B1 ", "c"])
statuses = st.sampled_from(["active", "superseded", "invalid"])
times = st.sampled_from([OLD, NEW, NEWER])
states = st.tuples(names, st.sampled_from("vw"), statuses, times, st.sampled_from("kl"))
rows = st.fixed_dictionaries(
    {
        "states": st.lists(states, max_size=8, unique_by=lambda state: (state[0], state[4])),
        "notes": st.lists(st.tuples(names, st.sampled_from("mn"), times, statuses), max_size=6),
        "references": st.lists(names, max_size=4),
    }
)
registries = st.sampled_from(
    [
        [{"id": "a", "aliases": ["a1", "a2"]}, {"id": "b", "aliases": ["b1"]}],
        [{"id": "A", "aliases": ["a1"]}, {"id": "c", "aliases": ["b", "b1", "A2"]}],
        [{"id": "z", "aliases": ["a", "a1", "a2", "b", "b1", "c"]}],
    ]
)


def fill(bench: Benches, registry: list[dict[str, Any]], drawn: dict[str, Any]) -> None:
    bench.register(*registry)
    for state in drawn["states"]:
        bench.state(*state)
    for note in drawn["notes"]:
        bench.note(*note)
    for name in drawn["references"]:
        bench.reference(name)


def check(bench: Benches) -> None:
    before, dump = (Counter(state[1:] for state in bench.states()), len(bench.notes())), bench.dump()
    references = len(bench.references())
    called = bench.run("--apply", "--json", "--no-backup", "--allow-empty")
    answer = called.answer
    if called.exit_code == 2:
        assert answer["has_collisions"] or answer["integrity_errors"]
        assert bench.dump() == dump
        return
    assert called.exit_code == 0, called
    summary = {name.replace("settings_", "state_"): count for name, count in answer["apply_summary"].items()}
    archived = archived_rows(bench, answer)
    assert len(archived) == (
        summary["state_rows_historical_dropped"] + summary["state_rows_replaced_inactive_canonical"]
    )
    left = len(bench.states()) + len(archived) + summary["state_rows_merged_as_duplicate"]
    assert left == sum(before[0].values())
    assert {said[3] for said in bench.states()} | set(archived) == {said[2] for said in before[0]}
    assert (len(bench.notes()), len(bench.references())) == (before[1], references)
    again = bench.run("--json").answer
    assert again["is_empty"] and not again["integrity_errors"]


def archived_rows(bench: Benches, answer: dict[str, Any]) -> list[str]:
    if isinstance(bench, AtocoreBench):
        path = answer["archive_path"]
        return [row["value"] for row in json.loads(Path(path).read_text())["rows"]] if path else []
    return [json.loads(value) for value in AssemblySettingHistory.objects.values_list("value", flat=True)]


@given(registry=registries, drawn=rows)
@settings(max_examples=EXAMPLES)
def test_no_row_of_a_file_disappears(registry: list[dict[str, Any]], drawn: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = AtocoreBench(Path(folder))
        fill(bench, registry, drawn)
        check(bench)


@given(registry=registries, drawn=rows)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_of_the_library_disappears(
    library: PayloadStore, registry: list[dict[str, Any]], drawn: dict[str, Any]
) -> None:
    empty = transaction.savepoint()
    try:
        with tempfile.TemporaryDirectory() as folder:
            bench = CatalogueBench(Path(folder), library)
            fill(bench, registry, drawn)
            check(bench)
    finally:
        transaction.savepoint_rollback(empty)


class Injected(Exception):
    """Raised where nothing goes wrong by itself."""


@pytest.mark.parametrize("step", range(13))
def test_an_error_at_any_step_leaves_everything_as_it_was(bench: Benches, step: int) -> None:
    fill_with_one_of_each(bench)
    before = bench.dump()
    steps: list[str] = []

    def announce(name: str) -> None:
        steps.append(name)
        if len(steps) > step:
            raise Injected(name)

    with pytest.raises(Injected):
        migrate(bench, announce)
    assert bench.dump() == before
    assert not list(bench.reports.glob("*Z.json"))
    done: list[str] = []
    migrate(bench, done.append)
    assert len(done) == 13


def fill_with_one_of_each(bench: Benches) -> None:
    bench.register({"id": "a", "aliases": ["a1"]}, {"id": "b", "aliases": ["b1"]})
    drawn = {
        "states": [
            ("a1", "v", "active", NEW, "merged"),
            ("a", "v", "invalid", NEW, "merged"),
            ("a1", "w", "invalid", NEW, "dropped"),
            ("a", "v", "active", NEW, "dropped"),
            ("a1", "w", "active", NEW, "replaced"),
            ("a", "v", "invalid", NEW, "replaced"),
            ("b1", "v", "active", NEW, "k"),
        ],
        "notes": [("a1", "n", OLD, "active"), ("a", "n", NEW, "active"), ("b1", "n", OLD, "active")],
        "references": ["a1", "A1", "b1"],
    }
    fill(bench, [{"id": "a", "aliases": ["a1"]}, {"id": "b", "aliases": ["b1"]}], drawn)


def migrate(bench: Benches, announce: Any) -> None:
    if isinstance(bench, AtocoreBench):
        with closing(AtocoreAdapter(bench.path, writable=True)) as adapter:
            run(adapter, bench, announce)
    else:
        run(CatalogueAdapter(may_rekey(Actor.of_command("test"))), bench, announce)


def run(adapter: Adapter, bench: Benches, announce: Any) -> None:
    registry = read_registry(bench.registry, fold_alias, fold_id=fold_alias)
    migration = Migration(adapter, registry, bench.registry, now=timezone.now(), announce=announce)
    migration.check_may_apply(expected_plan=None, allow_empty=False)
    migration.apply(bench.reports, backup=bench.is_file, archive=True)
