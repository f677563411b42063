"""Streams of events (server-sent events): topics, positions, and how an event is written."""

import json
from dataclasses import dataclass, field
from uuid import UUID

from assemblies.realtime.watching import StreamEvent, Watch, events_after, find_position, is_too_old

ALL_RUNS, ONE_RUN = "runs", "run:"
MAX_TOPICS = 50


class InvalidTopics(ValueError):
    """The topics cannot be followed; its text says which, and what can be."""


class HistoryTooOld(Exception):
    """What came after the position was removed, or is too much to be told one by one."""


@dataclass
class Stream:
    """What one client follows, from the event after `position` on."""

    topics: frozenset[str]
    position: int
    past: set[int] = field(default_factory=set)

    def take_past(self, watch: Watch) -> list[bytes]:
        """Return what happened since the client's position.

        Called once the stream is registered, also for a client that came without a position: something may have
        happened between its request and that.
        """
        events = events_after(self.position, watch)
        told = [told for event in events if (told := self.told(event))]
        self.past = {event.number for event in events}
        return told

    def told(self, event: StreamEvent) -> bytes | None:
        """Return an event as it is sent, unless it was among the past or is of another topic."""
        if event.number in self.past:
            return None
        topic = self._topic_of(event)
        return _written(topic, event) if topic else None

    def _topic_of(self, event: StreamEvent) -> str:
        one = f"{ONE_RUN}{event.run_id}"
        return one if one in self.topics else ALL_RUNS if ALL_RUNS in self.topics else ""


def stream_of(topics: str, last_event_id: str) -> Stream:
    """Return the stream of a request. Raises InvalidTopics, HistoryTooOld."""
    wanted = _topics(topics)
    if not last_event_id:
        return Stream(wanted, find_position())
    if not (last_event_id.isascii() and last_event_id.isdecimal() and len(last_event_id) < 19):
        raise HistoryTooOld
    position = int(last_event_id)
    if is_too_old(position):
        raise HistoryTooOld
    return Stream(wanted, position)


def _topics(text: str) -> frozenset[str]:
    names = [name.strip() for name in text.split(",") if name.strip()] or [ALL_RUNS]
    if len(names) > MAX_TOPICS:
        raise InvalidTopics(f"At most {MAX_TOPICS} topics are followed at once.")
    return frozenset(_topic(name) for name in names)


def _topic(name: str) -> str:
    if name == ALL_RUNS:
        return name
    try:
        return f"{ONE_RUN}{UUID(name.removeprefix(ONE_RUN))}" if name.startswith(ONE_RUN) else _unknown(name)
    except ValueError as error:
        raise InvalidTopics(f"There is no topic {name[:60]!r}; “runs” and “run:<GUID>” can be followed.") from error


def _unknown(name: str) -> str:
    raise ValueError(name)


def _written(topic: str, event: StreamEvent) -> bytes:
    facts = {
        "topic": topic,
        "payload": event.payload,
        "event_guid": event.event_guid,
        "seq": event.seq,
        "emitted_at": event.emitted_at.isoformat(),
    }
    return f"id: {event.resume_at}\nevent: {topic.partition(':')[0]}\ndata: {json.dumps(facts)}\n\n".encode()
