"""What a worker hears of a run, in this order: Started, any number of Chunk and Forgotten, Ended. Always Ended."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from .errors import BrokenFrame
from .frames import Frame
from .output import StreamSummary

STREAMS = ("stdout", "stderr")


class Outcome(StrEnum):
    """Why a run is over."""

    EXITED = "exited"
    """The script's own process ended; see its exit code or signal."""
    TIMED_OUT = "timed_out"
    CANCELED = "canceled"
    LEASE_LOST = "lease_lost"
    """The worker did not renew in time."""
    WORKER_LOST = "worker_lost"
    """The worker ended first. No worker hears this: it says why the supervisor stopped the script."""
    NOT_STARTED = "not_started"
    """No instruction of the script was run."""
    SUPERVISOR_LOST = "supervisor_lost"
    """The supervisor was killed or stopped. What carried the run's mark was ended."""


@dataclass(frozen=True)
class Started:
    """The script runs. `executed_sha256` differs from the ordered one where line ends were repaired."""

    started_at: float
    """Seconds since 1970."""
    executed_sha256: str


@dataclass(frozen=True)
class Chunk:
    """Output as it was read, secrets masked, at most 64 KiB. `offset` counts from the beginning of its stream."""

    number: int
    stream: str
    offset: int
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Forgotten:
    """Chunks that are no longer kept, because newer ones are: the caller that stored them deletes them."""

    first: int
    last: int


@dataclass(frozen=True)
class Result:
    """How a run ended. Except where processes are `left`, none of its processes is there any more."""

    outcome: Outcome
    exit_code: int | None = None
    signal: int | None = None
    """The signal that ended the script's own process."""
    reason: str = ""
    """Why it was canceled, or why it was not started."""
    code: str = ""
    """The error's name where it was not started."""
    ended_at: float = 0.0
    """Seconds since 1970, after the last process ended."""
    duration_seconds: float = 0.0
    swept: int = 0
    """How many processes were ended by the supervisor."""
    left: list[str] = field(default_factory=list)
    """Processes that could not be ended."""
    directory_left: str = ""
    """Why the run's directory could not be removed."""
    output: dict[str, StreamSummary] = field(default_factory=dict)

    def output_facts(self) -> dict[str, Any]:
        """Return what it printed in all: bytes, those that were not kept, the SHA-256 of each whole stream."""
        streams = self.output.values()
        return {
            "output_bytes": sum(stream.total_bytes for stream in streams),
            "output_dropped_bytes": sum(stream.dropped_bytes for stream in streams),
            **{f"{name}_sha256": self.output[name].sha256 if name in self.output else "" for name in STREAMS},
        }


@dataclass(frozen=True)
class Ended:
    result: Result


Event: TypeAlias = Started | Chunk | Forgotten | Ended


def frame_of(event: Event) -> Frame:
    match event:
        case Chunk(number, stream, offset, data):
            return Frame("chunk", {"number": number, "stream": stream, "offset": offset}, data)
        case Ended(result):
            return Frame("ended", asdict(result))
        case Started():
            return Frame("started", asdict(event))
        case Forgotten():
            return Frame("forgotten", asdict(event))


def event_of(frame: Frame) -> Event:
    """Raises BrokenFrame."""
    match frame.kind:
        case "chunk":
            return Chunk(**frame.fields, data=frame.body)
        case "ended":
            return Ended(_result(frame.fields))
        case "started":
            return Started(**frame.fields)
        case "forgotten":
            return Forgotten(**frame.fields)
        case _:
            raise BrokenFrame


def _result(fields: dict[str, Any]) -> Result:
    output = {stream: StreamSummary(**summary) for stream, summary in fields.pop("output").items()}
    return Result(**fields | {"outcome": Outcome(fields["outcome"])}, output=output)
