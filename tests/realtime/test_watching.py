"""What is read of the events: none is missed, whenever it is committed and whenever somebody begins to follow."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from assemblies.execution.models import WorkItemEvent
from assemblies.realtime import watching
from assemblies.realtime.streams import stream_of
from assemblies.realtime.watching import Watch
from tests.execution.orders import enqueued

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("db_of_library", "epoch_there")]
NOW = timezone.now()


@pytest.fixture
def epoch_there(db_of_library: None) -> None:
    from assemblies.execution.models import ExecutionEpoch
    from tests.execution.orders import EPOCH

    ExecutionEpoch.objects.update_or_create(id=1, defaults={"epoch": EPOCH})


def numbers(watch: Watch, *, seconds: float = 0) -> list[int]:
    return [event.number for event in watch.look(now=NOW + timedelta(seconds=seconds)).events]


def committed(number: int) -> WorkItemEvent:
    """Let an event of this number become visible, as a transaction that took it earlier does on PostgreSQL."""
    event = WorkItemEvent.objects.latest("id")
    event.pk, event.seq, event.event_guid, event._state.adding = number, number + 1000, str(uuid4()), True
    event.save(force_insert=True)
    return event


def test_what_happens_between_a_request_and_its_stream_is_told_once() -> None:
    watch = Watch()
    watch.look(now=NOW)
    stream = stream_of("runs", "")
    run = enqueued(now=NOW)
    past = stream.take_past(watch)
    assert len(past) == 1 and run.run_id.encode() in past[0]
    assert [stream.told(event) for event in watch.look(now=NOW).events] == [None]


def test_what_happened_before_the_request_is_not_told_though_it_is_read_later() -> None:
    watch = Watch()
    watch.look(now=NOW)
    enqueued(now=NOW)
    stream = stream_of("runs", "")
    assert stream.take_past(watch) == []
    (event,) = watch.look(now=NOW).events
    assert stream.told(event) is None


def test_a_number_that_is_committed_late_is_told_and_nothing_twice() -> None:
    enqueued(now=NOW)
    watch = Watch()
    watch.look(now=NOW)
    first = WorkItemEvent.objects.latest("id").pk
    committed(first + 3)
    assert numbers(watch) == [first + 3]
    committed(first + 1)
    assert numbers(watch) == [first + 1]
    assert numbers(watch) == []
    committed(first + 2)
    committed(first + 4)
    assert numbers(watch) == [first + 2, first + 4]


def test_who_resumes_while_a_number_is_missing_does_so_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    enqueued(now=NOW)
    watch = Watch()
    watch.look(now=NOW)
    first = WorkItemEvent.objects.latest("id").pk
    committed(first + 2)
    (event,) = watch.look(now=NOW).events
    assert (event.number, event.resume_at) == (first + 2, first)
    late = committed(first + 1)
    again = stream_of("runs", str(event.resume_at)).take_past(watch)
    assert any(late.event_guid.encode() in told for told in again)
    (event,) = watch.look(now=NOW).events
    assert event.resume_at == first + 2


def test_a_number_that_never_comes_is_forgotten() -> None:
    enqueued(now=NOW)
    watch = Watch()
    watch.look(now=NOW)
    first = WorkItemEvent.objects.latest("id").pk
    committed(first + 2)
    numbers(watch)
    later = watching.MISSING_FOR.total_seconds() + 1
    numbers(watch, seconds=later)
    committed(first + 3)
    (event,) = watch.look(now=NOW + timedelta(seconds=later)).events
    assert event.resume_at == first + 3
