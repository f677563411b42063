"""Figures of the library for those who watch it, in the text that Prometheus reads.

They are read from the library at each scrape and kept nowhere, so that every node and process says the same.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from assemblies.companion_states import State, companion_states
from assemblies.databases import DATABASES, DEFAULT
from assemblies.inspection.health.lag import Lag, replica_lags
from assemblies.inspection.health.parts import database_trouble, store_facts
from assemblies.journal.chain import find_head
from assemblies.journal.space import changes_have_room
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from assemblies.payloads.free_space import DiskRoom
from assemblies.payloads.store import MISSING_READS
from devmode import audit


class LibraryFigures(Collector):
    """What is collected for one scrape; a database that cannot be asked leaves its figures out."""

    def __init__(self, store: PayloadStore, *, flush_interval: timedelta, now: datetime) -> None:
        self.store = store
        self.flush_interval = flush_interval
        self.now = now

    def collect(self) -> Iterator[Metric]:
        up = {database.alias: not database_trouble(database.alias) for database in DATABASES}
        yield gauge("database_up", "Whether a database can be read.", "alias", {a: float(up[a]) for a in up})
        yield from self._store()
        running = {name: float(state.state is State.RUNNING) for name, state in companion_states().items()}
        yield gauge("companion_up", "Whether a part of this server runs.", "companion", running)
        if up[DEFAULT]:
            yield from self._flush()
            yield from _journal()

    def _store(self) -> Iterator[Metric]:
        facts = store_facts(self.store)
        yield GaugeMetricFamily("borealis_payload_store_up", "Whether payloads can be read.", float(not facts.trouble))
        accepts = changes_have_room() and not (facts.room and facts.room.is_low)
        yield GaugeMetricFamily(
            "borealis_changes_have_room", "Whether the disks have room for changes.", float(accepts)
        )
        if facts.room:
            yield from _disk(facts.room)

    def _flush(self) -> Iterator[Metric]:
        lags = replica_lags(interval=self.flush_interval, now=self.now)
        yield _of_lags("flush_pending_entries", "Journal entries that a domain database lacks.", lags, "pending")
        yield _of_lags("flush_lag_seconds", "Age of the oldest of them.", lags, "seconds")
        yield _of_lags("flush_overdue", "Whether it should have been written long ago.", lags, "is_overdue")
        yield _of_lags("flush_failed_attempts", "Attempts that failed since the last flush.", lags, "attempts")


def metrics_text(*figures: Collector) -> bytes:
    """Return figures as Prometheus reads them."""
    registry = CollectorRegistry(auto_describe=False)
    for one in figures:
        registry.register(one)
    registry.register(MISSING_READS)
    return generate_latest(registry)


def _journal() -> Iterator[Metric]:
    yield CounterMetricFamily("borealis_journal_entries", "Changes of assemblies, ever.", find_head()[0])
    yield CounterMetricFamily("borealis_audit_entries", "Entries of the audit, ever.", audit.find_head()[0])
    live = dict(Assembly.objects.live().values_list("domain").annotate(Count("guid")).order_by())
    yield gauge("assemblies", "Assemblies that are not deleted.", "domain", {d: float(n) for d, n in live.items()})


def _disk(room: DiskRoom) -> Iterator[Metric]:
    yield GaugeMetricFamily("borealis_disk_free_bytes", "Room on the disk of the payloads.", room.free_bytes)
    yield GaugeMetricFamily("borealis_disk_bytes", "Size of the disk of the payloads.", room.total_bytes)


def _of_lags(name: str, meaning: str, lags: list[Lag], attribute: str) -> Metric:
    return gauge(name, meaning, "domain", {str(lag.domain): float(getattr(lag, attribute)) for lag in lags})


def gauge(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    """Return a gauge `borealis_<name>` with one value for each of its label's."""
    gauge = GaugeMetricFamily(f"borealis_{name}", meaning, labels=[label])
    for labelled, value in values.items():
        gauge.add_metric([labelled], value)
    return gauge
