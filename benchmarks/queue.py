"""Figures of runs, `python -m benchmarks.queue`: claims, the first byte of output, pages, what the library feels of it.

Claims are also measured on PostgreSQL where BENCH_POSTGRESQL_URL names an empty database.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.documents import write_documents
from benchmarks.ratio import Ratio, median_of, times_the_floor
from benchmarks.servers import PROJECT, Library, Server

ITEMS, BATCH = 2000, 20
RUNS = 40
RUNS_A_MINUTE = 200
SECONDS_OF_LOAD = 6.0
ROUNDS = 5
SIZED_RUNS = 200
MIB = 1024 * 1024


class Inside:
    """Calls of `benchmarks.queue_inside` on one library."""

    def __init__(self, library: Library, **settings: str) -> None:
        self.environment = library.environment | settings

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "benchmarks.queue_inside", *map(str, arguments)]
        return subprocess.Popen(command, cwd=PROJECT, env=self.environment, stdout=subprocess.PIPE, text=True)

    def ask(self, *arguments: object) -> Any:
        process = self.start(*arguments)
        said, _nothing = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{arguments}: exit {process.returncode}")
        return json.loads(said)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="borealis-bench-") as folder:
        library = Library(Path(folder), write_documents(Path(folder) / "catalogue", 1000))
        library.environment["BOREALIS_LOCAL_WORKER"] = "on"
        library.run("prepare")
        library.run("sync_official")
        inside = Inside(library)
        print(f"{'claims on SQLite, one worker, batches of 20':<56}{inside.ask('claims', ITEMS, BATCH):>8.0f} a second")
        if url := os.environ.get("BENCH_POSTGRESQL_URL"):
            elsewhere = Inside(library, BOREALIS_EXECUTION_DATABASE_URL=url)
            subprocess.run(
                [sys.executable, "manage.py", "prepare"], cwd=PROJECT, env=elsewhere.environment, check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
            print(f"{'the same on PostgreSQL':<56}{elsewhere.ask('claims', ITEMS, BATCH):>8.0f} a second")
        with library.served() as server:
            _served(inside, server)


def _served(inside: Inside, server: Server) -> None:
    seconds = sorted(inside.ask("first_output", RUNS))
    print(f"{'submission → first output, p50':<56}{median(seconds) * 1000:>8.0f} ms")
    print(f"{'submission → first output, p95':<56}{seconds[int(len(seconds) * 0.95)] * 1000:>8.0f} ms")
    print(f"{'page of a run with 1 MiB of output':<56}{median(inside.ask('page', MIB, 5)) * 1000:>8.0f} ms")
    print(f"{'page of a run with 200 MB of output':<56}{median(inside.ask('page', 200_000_000, 3)) * 1000:>8.0f} ms")
    before = inside.ask("size")
    count = inside.ask("submissions", SIZED_RUNS * 60 / 1200, 1200)
    print(f"{'a run without output, in the database':<56}{(inside.ask('size') - before) / count / 1024:>8.1f} KiB")
    for ratio in library_under_runs(inside, server):
        print(ratio)


def library_under_runs(inside: Inside, server: Server) -> Iterator[Ratio]:
    """Yield what reading takes while 200 runs a minute go through, by what it takes while none does."""
    client = server.connect()
    guid = json.loads(client.read("/api/assemblies?limit=1"))["results"][0]["assembly_guid"]
    for name, path in (("list of 1,000", "/api/assemblies?limit=1000"), ("item", f"/api/assemblies/{guid}")):

        def asked(path: str = path) -> float:
            ends, times = time.monotonic() + SECONDS_OF_LOAD / 2, []
            while time.monotonic() < ends:
                times.append(client.ask(path))
                time.sleep(0.01)
            return median_of(times)

        def while_runs_go_through() -> float:
            load = inside.start("submissions", SECONDS_OF_LOAD, RUNS_A_MINUTE)
            time.sleep(SECONDS_OF_LOAD / 3)
            try:
                return asked()
            finally:
                load.wait()

        yield times_the_floor(
            f"{name}, with {RUNS_A_MINUTE} runs a minute / without", while_runs_go_through, asked, rounds=ROUNDS
        )


if __name__ == "__main__":
    main()
