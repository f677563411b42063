"""The checked-in table. Lines stand for several methods and targets where their outcomes are the same.

A cell that is left empty is not asked: pages are asked by people alone.
"""

import csv
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path

from tests.matrix.identities import IDENTITIES
from tests.matrix.routes import Cell

TABLE = Path(__file__).with_name("table.csv")
Outcomes = dict[Cell, dict[str, str]]


def read() -> Outcomes:
    table: Outcomes = {}
    with TABLE.open(newline="") as file:
        for line in csv.DictReader(file):
            outcomes = {name: line[name] for name in IDENTITIES if line[name]}
            for method in line["methods"].split():
                for target in line["targets"].split():
                    cell = Cell(line["route"], method, target)
                    assert cell not in table, f"{cell} stands in the table twice"
                    table[cell] = outcomes
    return table


def write(table: Mapping[Cell, Mapping[str, str]]) -> None:
    with TABLE.open("w", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["route", "methods", "targets", *IDENTITIES])
        for route, cells in groupby(table, key=lambda cell: cell.route):
            lines.writerows(_lines(route, list(cells), table))


def _lines(route: str, cells: list[Cell], table: Mapping[Cell, Mapping[str, str]]) -> Iterable[list[str]]:
    by_targets: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for method, asked in groupby(cells, key=lambda cell: cell.method):
        targets: dict[tuple[str, ...], list[str]] = {}
        for cell in asked:
            targets.setdefault(tuple(table[cell].get(name, "") for name in IDENTITIES), []).append(cell.target)
        for outcomes, names in targets.items():
            by_targets.setdefault((" ".join(names), outcomes), []).append(method)
    for (together, shared), methods in by_targets.items():
        yield [route, " ".join(methods), together, *shared]
