"""The plan of each row of the decision table, as programs written for AtoCore read it: a golden file for each."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rekeying.bench import NEWER, OLD, AtocoreBench

GOLDEN = Path(__file__).with_name("golden")
P05 = {"id": "p05-x", "aliases": ["p05", "Old Name"]}


def row_1(bench: AtocoreBench) -> None:
    bench.state("p05", "v", "superseded")


def row_2(bench: AtocoreBench) -> None:
    bench.state("p05", "v")
    bench.state("p05-x", "v")


def row_2b(bench: AtocoreBench) -> None:
    bench.state("p05", "v")
    bench.state("p05-x", "v", "superseded")


def row_3(bench: AtocoreBench) -> None:
    bench.state("p05", "one", at=OLD)
    bench.state("p05-x", "other", at=NEWER)


def row_4(bench: AtocoreBench) -> None:
    bench.state("p05", "live")
    bench.state("p05-x", "dead", "invalid")


def row_5(bench: AtocoreBench) -> None:
    bench.state("p05", "old", "superseded")
    bench.state("p05-x", "new")


def row_6(bench: AtocoreBench) -> None:
    bench.state("p05", "older", "superseded", at=OLD)
    bench.state("old name", "newer", at=NEWER)


ROWS: list[Callable[[AtocoreBench], None]] = [row_1, row_2, row_2b, row_3, row_4, row_5, row_6]


@pytest.mark.parametrize("put_down", ROWS, ids=lambda row: row.__name__)
def test_a_plan_has_the_shape_that_programs_know(
    atocore: AtocoreBench, put_down: Callable[[AtocoreBench], None]
) -> None:
    atocore.register(P05)
    put_down(atocore)
    expected = json.loads((GOLDEN / f"{put_down.__name__}.json").read_text())
    assert atocore.run("--json").answer["plan"] == expected


def test_people_read_names_and_counts_first_and_each_drop_with_what_stays(atocore: AtocoreBench) -> None:
    atocore.register(P05)
    row_5(atocore)
    lines = atocore.run().stdout.splitlines()
    assert lines[0].startswith("p05-x: ") and "old name" in lines[0] and "p05" in lines[0]
    assert "collisions (block): 0" in lines and "historical drops: 1" in lines
    assert "  shadow(superseded)=old → canonical(active)=new" in lines


def test_an_empty_registry_is_said_to_be_one(atocore: AtocoreBench) -> None:
    assert atocore.run().stdout.startswith("No registered aliases\n")
