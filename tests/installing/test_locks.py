"""The locks are complete, so that an installation takes what they name and resolves nothing.

A requirement that no line of a lock meets is left to the resolver, which takes the newest release: a clone that worked
yesterday stops working the day that release appears.
"""

import platform
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from assemblies.checks import FIXED_BUILD_MACHINES
from tests.installing import distribution_metadata
from tests.installing.closure import Closure
from tests.installing.distribution_metadata import Metadata
from tests.installing.lock import LOCKS, PROJECT, Pin, locked, wanted
from tests.installing.targets import PYTHONS, all_targets

KNOWN = distribution_metadata.read()


def closures(lock: str, pins: Sequence[Pin]) -> list[Closure]:
    return [Closure(wanted(lock), pins, KNOWN, target) for target in all_targets()]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_on_every_machine_is_met_by_one_hashed_pin(lock: str) -> None:
    assert [fault for closure in closures(lock, locked(lock)) for fault in closure.faults] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_nothing_that_nobody_requires(lock: str) -> None:
    pins = locked(lock)
    reached = {name for closure in closures(lock, pins) for name in closure.reached}
    assert {pin.name for pin in pins} - reached == set()


def test_every_line_that_installs_a_lock_resolves_nothing_and_compares_hashes() -> None:
    pages = [PROJECT / "README.md", PROJECT / "Makefile", PROJECT / ".ci" / "run", *(PROJECT / "docs").rglob("*.md")]
    lines = [line for page in pages for line in page.read_text().splitlines() if "pip install" in line]
    from_locks = [line for line in lines if ".whl" not in line]
    assert len(from_locks) >= 4
    assert [line for line in from_locks if not {"--no-deps", "--require-hashes"} <= set(line.split())] == []


def test_the_gate_installs_what_the_library_runs_with() -> None:
    runtime, gate = (
        {(pin.name, pin.version, pin.hashes) for pin in locked(name)} for name in ("requirements", "requirements-dev")
    )
    assert runtime <= gate


def test_no_two_locks_disagree() -> None:
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for pin in locked(lock):
            versions.setdefault(pin.name, set()).add(pin.version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
    assert {name: metadata.version for name, metadata in KNOWN.items()} == {
        name: version for name, (version,) in versions.items()
    }


def test_the_kept_metadata_is_that_of_the_installed_distributions() -> None:
    installed = {str(canonicalize_name(found.name)): found for found in distributions()}
    compared = [name for name in KNOWN if name in installed]
    assert len(compared) >= len(locked("requirements"))
    for name in compared:
        found = installed[name]
        assert KNOWN[name] == Metadata(
            found.version,
            "".join(found.metadata.get_all("Requires-Python") or ()),
            tuple(found.requires or ()),
        ), f"{name}: install requirements-dev.txt, or run `make lock`"


def test_the_fixed_sqlite_is_pinned_where_the_check_says_that_it_is_offered() -> None:
    (pin,) = (pin for pin in locked("requirements") if pin.name == "pysqlite3")
    for target in all_targets():
        machine = (target.machine.sys_platform, target.machine.platform_machine)
        assert pin.applies(target.markers) == (machine in FIXED_BUILD_MACHINES), target


def test_the_machines_include_this_one() -> None:
    if platform.python_implementation() == "CPython" and platform.python_version_tuple()[:2] in {
        tuple(python.split(".")) for python in PYTHONS
    }:
        here = (platform.system(), platform.machine())
        assert here in {(t.machine.platform_system, t.machine.platform_machine) for t in all_targets()}


def faults_without(name: str) -> list[str]:
    pins = [pin for pin in locked("requirements-dev") if pin.name != name]
    return [fault for closure in closures("requirements-dev", pins) for fault in closure.faults]


def test_a_missing_pin_is_found_wherever_it_is_required() -> None:
    assert len(faults_without("sqlparse")) == len(list(all_targets()))
    assert all("on Windows" in fault for fault in faults_without("tzdata"))
    wanting = [fault for fault in faults_without("typing-extensions") if "referencing requires" in fault]
    assert wanting
    assert all("Python 3.13" not in fault for fault in wanting)


def test_a_requirement_of_an_extra_counts_when_somebody_wants_the_extra() -> None:
    pins = [pin for pin in locked("requirements-dev") if pin.name != "drf-spectacular-sidecar"]
    (target, *_others) = all_targets()
    with_extra = Closure(wanted("requirements-dev"), pins, KNOWN, target)
    assert [fault for fault in with_extra.faults if "drf-spectacular-sidecar" in fault]
    without = Closure([Requirement("drf-spectacular")], pins, KNOWN, target)
    assert without.faults == []


def test_a_wrong_version_a_second_pin_and_a_missing_hash_are_found() -> None:
    (target, *_others) = all_targets()
    pins = locked("requirements")
    (django,) = (pin for pin in pins if pin.name == "django")
    others = [pin for pin in pins if pin is not django]

    def faults(*named: Pin) -> list[str]:
        return Closure([Requirement("django==5.2.*")], [*others, *named], KNOWN, target).faults

    assert faults(django) == []
    assert "pinned 2 times" in faults(django, django)[0]
    assert "has no hash" in faults(replace(django, hashes=()))[0]
    assert "metadata is not kept" in faults(replace(django, requirement=Requirement("django==5.2.1")))[0]
    assert "is not" in Closure([Requirement("django<5")], pins, KNOWN, target).faults[0]
