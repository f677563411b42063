"""Runs the tests as `make test`, `make coverage` and `make torture` do: `python -m tests.gate test|coverage|torture`.

No stage that fails keeps another from running. What failed among other tests runs once more, alone; what passes then is
named as unstable: a fault of the test, and none of the change. The last lines say what took longest, what each
stage cost, and how many tests passed and failed; the exit code is 0 when none failed. docs/testing.md says when to run
which.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from threading import Thread
from typing import IO
from xml.etree.ElementTree import Element, parse

PROJECT = Path(__file__).resolve().parents[1]
PROGRAMS = str(Path(sys.executable).parent)
POSTGRESQL = os.environ.get("BOREALIS_TEST_DATABASE_URL", "")
# Two more than there are processors: many tests wait for processes that they started.
WORKERS = str(min(max(os.cpu_count() or 2, 2) + 2, 4))
SLOWEST = 10
TESTS_FAILED = 1
STATIC = [
    ["ruff", "format", "--check", "."],
    ["ruff", "check", "."],
    ["lint-imports"],
    ["mypy", "."],
    ["python", "manage.py", "check", "--fail-level", "WARNING"],
    ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
]


@dataclass(frozen=True)
class Stage:
    """One run of pytest: the tests that an expression of markers chooses, on one engine."""

    name: str
    markers: str
    options: Sequence[str] = ()
    in_parallel: bool = True
    on_postgresql: bool = False
    # A check of what the run left: one of its own, so that no unstable test hides what it finds.
    then: Sequence[str] = ()

    def command(self, report: Path) -> list[str]:
        workers = ["-n", WORKERS, "--dist", "worksteal"] if self.in_parallel else ["-p", "no:xdist"]
        return ["python", "-m", "pytest", "-q", *workers, "-m", self.markers, f"--junit-xml={report}", *self.options]

    def again(self) -> list[str]:
        """Return the command that runs only what failed, one after the other."""
        only = ["--last-failed", "--last-failed-no-failures", "none"]
        return ["python", "-m", "pytest", "-q", "-p", "no:xdist", "-m", self.markers, *only]


TRACED = ["--cov", "--cov-branch", "--cov-report="]
ENOUGH = ["coverage", "report", "--fail-under", "95"]
NO_BROWSER = ["--ignore", "tests/browser"]
GATES = {
    "test": [
        Stage("SQLite", "not alone and not slow and not postgresql"),
        Stage("SQLite, alone", "alone and not slow", in_parallel=False),
        Stage("PostgreSQL", "(database or postgresql) and not alone and not slow", on_postgresql=True),
    ],
    "coverage": [
        Stage("SQLite, traced", "not alone and not postgresql", [*TRACED, *NO_BROWSER], then=ENOUGH),
        Stage("SQLite, alone", "alone", NO_BROWSER, in_parallel=False),
        Stage("PostgreSQL", "not alone", NO_BROWSER, on_postgresql=True),
    ],
    "torture": [
        Stage("SQLite", "not alone and not postgresql"),
        Stage("SQLite, alone", "alone", in_parallel=False),
        Stage("PostgreSQL", "not alone", NO_BROWSER, on_postgresql=True),
    ],
}


@dataclass
class Cost:
    """What something took: seconds on the clock, and of the processors with all processes it waited for."""

    name: str
    seconds: float
    processor_seconds: float


@dataclass
class Record:
    """What came of it so far. A check, or a run of pytest that could not even begin, counts as one test."""

    costs: list[Cost] = field(default_factory=list)
    took: list[tuple[float, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    unstable: list[str] = field(default_factory=list)
    passed: int = 0
    skipped: int = 0

    def add_check(self, words: str, code: int, cost: Cost) -> None:
        self.costs.append(cost)
        if code:
            self.faults.append(words)
        else:
            self.passed += 1

    def add(self, stage: Stage, code: int, cost: Cost, report: Path) -> None:
        self.costs.append(cost)
        before = len(self.faults)
        if report.exists():
            for case in parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it a moment ago
                self._add_case(case, stage)
        if code and len(self.faults) == before:
            self.faults.append(f"{stage.name}: pytest ended with {code}")

    def add_again(self, stage: Stage, code: int, cost: Cost) -> None:
        """Take what failed in a stage as unstable where all of it passed when it ran again."""
        self.costs.append(cost)
        if code == 0:
            self.unstable += [fault for fault in self.faults if fault.endswith(f"({stage.name})")]
            self.faults = [fault for fault in self.faults if fault not in self.unstable]

    def _add_case(self, case: Element, stage: Stage) -> None:
        name = f"{case.get('classname', '')}::{case.get('name')} ({stage.name})"
        self.took.append((float(case.get("time", 0)), name))
        if case.find("failure") is not None or case.find("error") is not None:
            self.faults.append(name)
        elif case.find("skipped") is not None:
            self.skipped += 1
        else:
            self.passed += 1

    def miss_postgresql(self, stage: Stage) -> None:
        words = f"{stage.name}: not run, for BOREALIS_TEST_DATABASE_URL names no server"
        print(f"\n{words}", flush=True)
        if os.environ.get("BOREALIS_REQUIRE_ENGINES") == "1":
            self.faults.append(words)

    def lines(self) -> Iterator[str]:
        yield f"\nThe {SLOWEST} slowest tests, in seconds:"
        yield from (f"{seconds:7.1f}  {name}" for seconds, name in sorted(self.took, reverse=True)[:SLOWEST])
        yield "\nSeconds, and processor seconds:"
        yield from (f"{cost.seconds:7.1f} {cost.processor_seconds:7.1f}  {cost.name}" for cost in self.costs)
        yield ""
        yield from (f"UNSTABLE {fault}: it failed among others and passed alone" for fault in self.unstable)
        yield from (f"FAILED {fault}" for fault in self.faults)


def run(
    name: str, command: Sequence[str], environment: Mapping[str, str], output: IO[bytes] | None
) -> tuple[int, Cost]:
    """Run a command to its end, with output to a file or, for None, to this process's own."""
    started = time.monotonic()
    program = sys.executable if command[0] == "python" else which(command[0], path=PROGRAMS) or command[0]
    process = subprocess.Popen([program, *command[1:]], cwd=PROJECT, env=environment, stdout=output, stderr=output)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, Cost(name, time.monotonic() - started, used.ru_utime + used.ru_stime)


class StaticChecks(Thread):
    """Format, lint, imports, types and Django's own checks, one after the other next to the first tests."""

    def __init__(self, record: Record, environment: Mapping[str, str]) -> None:
        super().__init__()
        self.record, self.environment = record, environment
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 - `report` closes it

    def run(self) -> None:
        for command in STATIC:
            words = " ".join(command)
            self.output.write(f"\n$ {words}\n".encode())
            self.output.flush()
            self.record.add_check(words, *run(words, command, self.environment, self.output))

    def report(self) -> None:
        """Wait for the end and print all that was said."""
        self.join()
        with self.output:
            self.output.seek(0)
            print(self.output.read().decode(errors="replace"), flush=True)


def main(gate: str) -> int:
    started, record = time.monotonic(), Record()
    # A runtime root of its own, so that the gate neither touches nor leaves live data.
    with tempfile.TemporaryDirectory(prefix="borealis-gate-") as folder:
        environment = os.environ | {"BOREALIS_RUNTIME_ROOT": str(Path(folder, "var")), "PYTHONWARNINGS": ""}
        # Hundreds of processes start, and each would compile what it imports.
        environment["PYTHONDONTWRITEBYTECODE"] = ""
        environment |= {"TEST_EFFORT": "torture"} if gate == "torture" else {}
        checks = StaticChecks(record, environment | {"BOREALIS_TEST_DATABASE_URL": ""})
        checks.start()
        for number, stage in enumerate(GATES[gate]):
            if stage.on_postgresql and not POSTGRESQL:
                record.miss_postgresql(stage)
                continue
            print(f"\n{stage.name}: {stage.markers}", flush=True)
            report = Path(folder, f"{number}.xml")
            engine = {"BOREALIS_TEST_DATABASE_URL": POSTGRESQL if stage.on_postgresql else ""}
            code, cost = run(stage.name, stage.command(report), environment | engine, None)
            record.add(stage, code, cost, report)
            if code == TESTS_FAILED:
                name = f"{stage.name}, again"
                record.add_again(stage, *run(name, stage.again(), environment | engine, None))
            if stage.then:
                words = " ".join(stage.then)
                record.add_check(words, *run(words, stage.then, environment, None))
            if number == 0:
                checks.report()
    print(*record.lines(), sep="\n")
    spent = sum(cost.processor_seconds for cost in record.costs)
    print(f"{time.monotonic() - started:.0f} s, {spent:.0f} processor seconds")
    print(f"{record.passed} passed, {len(record.faults)} failed, {record.skipped} skipped")
    return int(bool(record.faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
