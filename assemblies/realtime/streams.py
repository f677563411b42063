"""Streams of events (server-sent events): topics, positions, and how an event is written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from assemblies.realtime.watching import JOBS, RUNS, RosterChange, StreamEvent, Watch, find_positions, is_too_old

# The topic of everything in a log, and the beginning of that of one run or job.
ONE = {RUNS: "run:", JOBS: "job:"}
DEVICES = "devices"
MAX_NUMBER_LENGTH = 18
MAX_TOPICS = 50


class InvalidTopics(ValueError):
    """The topics cannot be followed; its text says which, and what can be."""


class HistoryTooOld(Exception):
    """What came after the position was removed, or is too much to be told one by one."""


@dataclass
class Stream:
    """What one client follows, from the events after its positions in the logs on."""

    topics: frozenset[str]
    positions: dict[str, int]
    past: set[tuple[str, int]] = field(default_factory=set)

    def take_past(self, watch: Watch) -> list[bytes]:
        """Return what happened since the client's position.

        Called once the stream is registered, also for a client that came without a position: something may have
        happened between its request and that.
        """
        events, past = watch.after(self.positions), watch.unread_until(self.positions)
        told = [told for event in events if (told := self.told(event))]
        self.past = past | {(event.log, event.number) for event in events}
        return told

    def told(self, event: StreamEvent | RosterChange) -> bytes | None:
        """Return an event as it is sent, unless it was among the past or is of another topic."""
        if isinstance(event, RosterChange):
            return _hint(event) if DEVICES in self.topics else None
        if (event.log, event.number) in self.past:
            return None
        self.positions[event.log] = event.resume_at
        topic = self._topic_of(event)
        return _written(topic, event, f"{self.positions[RUNS]}-{self.positions[JOBS]}") if topic else None

    def _topic_of(self, event: StreamEvent) -> str:
        one = f"{ONE[event.log]}{event.subject}"
        return one if one in self.topics else event.log if event.log in self.topics else ""


def stream_of(topics: str, last_event_id: str) -> Stream:
    """Return the stream of a request. Raises InvalidTopics, HistoryTooOld."""
    wanted = _topics(topics)
    positions = find_positions()
    if last_event_id:
        # Of one number, which is of runs, jobs are followed from now on.
        positions |= zip((RUNS, JOBS), map(_number, last_event_id.split("-", 1)), strict=False)
        if is_too_old(positions):
            raise HistoryTooOld
    return Stream(wanted, positions)


def _number(text: str) -> int:
    if not _is_number(text):
        raise HistoryTooOld
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MAX_NUMBER_LENGTH


def _topics(text: str) -> frozenset[str]:
    names = [name.strip() for name in text.split(",") if name.strip()] or [RUNS]
    if len(names) > MAX_TOPICS:
        raise InvalidTopics(f"At most {MAX_TOPICS} topics are followed at once.")
    return frozenset(_topic(name) for name in names)


def _topic(name: str) -> str:
    kind, _colon, subject = name.partition(":")
    if name in ONE or name == DEVICES:
        return name
    if kind == "job" and _is_number(subject):
        return f"job:{int(subject)}"
    try:
        return f"run:{UUID(subject)}" if kind == "run" else _unknown(name)
    except ValueError as error:
        known = "“runs”, “run:<GUID>”, “jobs”, “job:<id>” and “devices” can be followed"
        raise InvalidTopics(f"There is no topic {name[:60]!r}; {known}.") from error


def _unknown(name: str) -> str:
    raise ValueError(name)


def _written(topic: str, event: StreamEvent, position: str) -> bytes:
    return f"id: {position}\n".encode() + _facts(topic, event.payload, event)


def _hint(change: RosterChange) -> bytes:
    """Return a change as it is sent: without an `id`, since nobody resumes at a hint."""
    return _facts(DEVICES, {"event_type": "roster_changed"}, change)


def _facts(topic: str, payload: Mapping[str, object], event: StreamEvent | RosterChange) -> bytes:
    facts = {
        "topic": topic,
        "payload": payload,
        "event_guid": event.event_guid,
        "seq": event.seq,
        "emitted_at": event.emitted_at.isoformat(),
    }
    return f"event: {topic.partition(':')[0]}\ndata: {json.dumps(facts)}\n\n".encode()
