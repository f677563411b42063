"""What the database really does, asked on live connections."""

import threading
import time

import pytest
from django.db import connections, transaction

from assemblies.domains import Domain
from assemblies.models import DomainState, Watermark
from tests.patience import HANG_SECONDS

pytestmark = [
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.sqlite("these are SQLite's pragmas"),
]
ALIASES = ["default", *(domain.alias for domain in Domain)]


def pragma(alias: str, name: str) -> object:
    with connections[alias].cursor() as cursor:
        return cursor.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.mark.parametrize("alias", ALIASES)
def test_every_connection_is_durable_waits_and_checks_references(alias: str) -> None:
    connections[alias].close()
    found = {name: pragma(alias, name) for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


@pytest.mark.parametrize("alias", ALIASES)
def test_a_second_writer_waits_for_the_first_and_then_writes(alias: str) -> None:
    model = DomainState if alias == "default" else Watermark
    fields = {} if alias == "default" else {"journal_id": "j"}
    begun, waited = threading.Event(), []

    def second() -> None:
        begun.wait()
        started = time.monotonic()
        with transaction.atomic(using=alias):
            model.objects.using(alias).create(domain="community", **fields)
        waited.append(time.monotonic() - started)
        connections[alias].close()

    writer = threading.Thread(target=second)
    writer.start()
    with transaction.atomic(using=alias):
        # Only read yet: IMMEDIATE has taken the write lock all the same.
        assert not model.objects.using(alias).exists()
        begun.set()
        time.sleep(0.3)
        assert not waited
        model.objects.using(alias).create(domain="official", **fields)
    writer.join(timeout=HANG_SECONDS)
    assert waited[0] >= 0.25
    assert set(model.objects.using(alias).values_list("domain", flat=True)) == {"official", "community"}


def test_a_reader_is_not_held_up_by_a_writer() -> None:
    counts: list[int] = []

    def read() -> None:
        counts.append(DomainState.objects.count())
        connections["default"].close()

    with transaction.atomic():
        DomainState.objects.create(domain="official")
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=HANG_SECONDS)
    assert counts == [0]
