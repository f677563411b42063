"""What is measured. Each figure is a function of a bench; the last three need no server."""

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count, zip_longest
from pathlib import Path
from typing import Any

from benchmarks.client import seconds_each
from benchmarks.documents import documents, write_documents
from benchmarks.ratio import Ratio, median_of, times_faster, times_the_floor
from benchmarks.servers import Library, Plain, Server

REQUESTS = 30
CREATES = 200
ITEMS, TIMES_EACH = 80, 5
FLUSHED_ROWS = 1000
PAGE = "limit=50&offset=100"
seeds = count(2)


@dataclass(frozen=True)
class Bench:
    """Both sides over the same rows; `ours` and `theirs` are served while a figure of the first kind is measured."""

    folder: Path
    library: Library
    plain: Plain
    rows: int
    rounds: int
    ours: Server
    theirs: Server

    def reading(self, name: str, our_path: str, their_path: str, *, requests: int = REQUESTS) -> Ratio:
        ours, theirs = self.ours.connect(), self.theirs.connect()
        return times_faster(
            name,
            lambda: median_of(ours.ask(our_path) for _ in range(requests)),
            lambda: median_of(theirs.ask(their_path) for _ in range(requests)),
            rounds=self.rounds,
        )

    def reading_many(self, name: str, our_paths: list[str], their_paths: list[str], *, clients: int) -> Ratio:
        """Compare reading many different things, by that many clients at once, each for the second time at least."""
        _seconds_each(self.ours, our_paths, clients=1)
        return times_faster(
            name,
            lambda: _seconds_each(self.ours, our_paths, clients=clients),
            lambda: _seconds_each(self.theirs, their_paths, clients=clients),
            rounds=self.rounds,
        )


def full_list(bench: Bench) -> Iterator[Ratio]:
    ours, theirs = bench.ours.connect(), bench.theirs.connect()
    path = f"/api/assemblies?limit={min(bench.rows, 10_000)}"
    yield bench.reading("full list / plain DRF", path, f"/scripts?limit={bench.rows}", requests=3)
    yield times_the_floor(
        "full list / bare WSGI bytes",
        lambda: median_of(ours.ask(path) for _ in range(5)),
        lambda: median_of(theirs.ask("/bytes") for _ in range(5)),
        rounds=bench.rounds,
    )
    their_path = f"/scripts?limit={bench.rows}"
    yield times_faster(
        "full list right after a write / plain DRF",
        lambda: _read_after_writes(bench.ours, path, _our_body),
        lambda: _read_after_writes(bench.theirs, their_path, _their_body),
        rounds=bench.rounds,
    )


def _read_after_writes(server: Server, path: str, body_of: Callable[[dict[str, Any]], dict[str, Any]]) -> float:
    """Return the seconds of an answer that has to contain what was written right before it."""
    client, times = server.connect(), []
    for document in documents(3, seed=next(seeds)):
        client.ask(server.path_of_list, body_of(document))
        times.append(client.ask(path))
    return median_of(times)


def page(bench: Bench) -> Iterator[Ratio]:
    yield bench.reading("page of 50 / plain DRF", f"/api/assemblies?{PAGE}", f"/scripts?{PAGE}")
    yield bench.reading("filtered page / plain DRF", f"/api/assemblies?type=bash&{PAGE}", f"/scripts?type=bash&{PAGE}")
    yield bench.reading("page of a search / plain DRF", "/api/assemblies?q=disk&limit=50", "/scripts?q=disk&limit=50")


def item(bench: Bench) -> Iterator[Ratio]:
    guids = [document["assembly_guid"] for document in documents(min(bench.rows, ITEMS))] * TIMES_EACH
    ours, theirs = ([f"{path}/{guid}" for guid in guids] for path in ("/api/assemblies", "/scripts"))
    for clients in (1, 8):
        with_clients = f", {clients} clients at once" if clients > 1 else ""
        yield bench.reading_many(f"item{with_clients} / plain DRF", ours, theirs, clients=clients)
        yield bench.reading_many(
            f"item{with_clients} / a view that does nothing", ours, ["/nothing"] * len(guids), clients=clients
        )


def unchanged(bench: Bench) -> Iterator[Ratio]:
    path, client = f"/api/assemblies/{documents(1)[0]['assembly_guid']}", bench.ours.connect()
    client.ask(path)
    known = {"If-None-Match": client.etag}
    yield times_faster(
        "304 / the item",
        lambda: median_of(client.ask(path, headers=known) for _ in range(REQUESTS)),
        lambda: median_of(client.ask(path) for _ in range(REQUESTS)),
        rounds=bench.rounds,
    )


def create(bench: Bench) -> Iterator[Ratio]:
    yield _creating(bench, "create / plain DRF", clients=1)
    yield _creating(bench, "create, 8 clients at once / plain DRF", clients=8)


def _creating(bench: Bench, name: str, *, clients: int) -> Ratio:
    return times_faster(
        name,
        lambda: _created(bench.ours, clients, _our_body),
        lambda: _created(bench.theirs, clients, _their_body),
        rounds=bench.rounds,
    )


def _created(server: Server, clients: int, body_of: Callable[[dict[str, Any]], dict[str, Any]]) -> float:
    """Return the seconds for each of CREATES new rows, sent by that many clients at once."""
    bodies = [body_of(one) for one in documents(CREATES, seed=next(seeds))]
    return _seconds_each(server, [server.path_of_list] * CREATES, bodies, clients=clients)


def _seconds_each(server: Server, paths: list[str], bodies: Sequence[Any] = (), *, clients: int) -> float:
    """Return the seconds for each of these requests, sent by that many clients at once."""
    return seconds_each([server.connect() for _client in range(clients)], list(zip_longest(paths, bodies)))


def _our_body(document: dict[str, Any]) -> dict[str, Any]:
    names = {"assembly_guid": "assembly_guid", "name": "display_name", "description": "summary"}
    names |= {"type": "assembly_type", "script": "payload", "variables": "variables", "tags": "tags"}
    return {ours: document[name] for name, ours in names.items()}


def _their_body(document: dict[str, Any]) -> dict[str, Any]:
    return {"guid": document["assembly_guid"]} | document


def start(bench: Bench) -> Iterator[Ratio]:
    yield times_the_floor(
        "start to the first answer / plain DRF",
        lambda: _until_it_answers(bench.library),
        lambda: _until_it_answers(bench.plain),
        rounds=bench.rounds,
    )


def _until_it_answers(side: Library | Plain) -> float:
    with ExitStack() as stack:
        started = time.perf_counter()
        stack.enter_context(side.served())
        return time.perf_counter() - started


def flush(bench: Bench) -> Iterator[Ratio]:
    rows = min(bench.rows, FLUSHED_ROWS)

    def flushed() -> float:
        folder = write_documents(bench.folder / f"flush-{next(seeds)}", rows, seed=next(seeds))
        bench.library.run("import_assemblies", str(folder), "--domain", "user")
        return float(bench.library.run_json("flush_writes")["elapsed_seconds"])

    yield times_the_floor(
        f"flush of {rows} / raw executemany", flushed, lambda: _raw_writes(bench, rows), rounds=bench.rounds
    )


def _raw_writes(bench: Bench, rows: int) -> float:
    """Write as many of the same rows into a table like the replica's, in one transaction, as durable as a replica."""
    source = bench.folder / "library" / "Assemblies" / "user_created.db"
    with closing(sqlite3.connect(source)) as replica:
        columns = [column[1] for column in replica.execute("PRAGMA table_info(assemblies_domainassembly)")]
        (table,) = replica.execute("SELECT sql FROM sqlite_master WHERE name = 'assemblies_domainassembly'").fetchone()
        found = replica.execute("SELECT * FROM assemblies_domainassembly LIMIT ?", [rows]).fetchall()
    with closing(sqlite3.connect(bench.folder / f"raw-{next(seeds)}.db")) as raw:
        raw.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {table}")
        started = time.perf_counter()
        places = ", ".join("?" * len(columns))
        with raw:
            raw.executemany(f"INSERT INTO assemblies_domainassembly VALUES ({places})", found)  # noqa: S608
        return time.perf_counter() - started


def resync(bench: Bench) -> Iterator[Ratio]:
    yield times_the_floor(
        "unchanged re-sync / reading and SHA-256",
        lambda: float(bench.library.run_json("sync_official")["elapsed_seconds"]),
        lambda: _read_and_hashed(bench.library.source),
        rounds=bench.rounds,
    )


def _read_and_hashed(folder: Path) -> float:
    started = time.perf_counter()
    for path in sorted(folder.iterdir()):
        hashlib.sha256(path.read_bytes()).digest()
    return time.perf_counter() - started


Figure = Callable[[Bench], Iterator[Ratio]]
SERVED: dict[str, Figure] = {"list": full_list, "page": page, "item": item, "304": unchanged, "create": create}
UNSERVED: dict[str, Figure] = {"start": start, "flush": flush, "resync": resync}
