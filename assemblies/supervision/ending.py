"""What the end of a run means for the worker that ordered it: one of four endings, and words for a person."""

from collections.abc import Collection
from enum import StrEnum

from .events import Outcome, Result


class Ending(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELED = "canceled"


def ending_of(
    result: Result, *, timeout_seconds: float, successful: Collection[int] = (0,), was_stopped: bool = False
) -> tuple[Ending, str]:
    """Return how a run ended, and why, with nothing to say of success, which are the exit codes `successful`.

    A run that was stopped because its worker ended has failed; nobody canceled it.
    """
    is_success = is_successful(result.exit_code, successful)
    reason = _reason(result, timeout_seconds, is_success)
    return _ending(result, is_success, was_stopped), _with_left(reason, result)


def is_successful(exit_code: int | None, successful: Collection[int]) -> bool:
    """Compare 32 bits, which a system may report with or without their sign."""
    return exit_code is not None and exit_code % 2**32 in {code % 2**32 for code in successful}


def _ending(result: Result, is_success: bool, was_stopped: bool) -> Ending:
    match result.outcome:
        case Outcome.EXITED if is_success:
            return Ending.COMPLETED
        case Outcome.TIMED_OUT:
            return Ending.TIMED_OUT
        case Outcome.CANCELED if not was_stopped:
            return Ending.CANCELED
        case _:
            return Ending.FAILED


def _reason(result: Result, timeout_seconds: float, is_success: bool) -> str:
    match result.outcome:
        case Outcome.EXITED if result.signal:
            return f"The script was ended by signal {result.signal}."
        case Outcome.EXITED:
            return "" if is_success else f"The script ended with exit code {result.exit_code}."
        case Outcome.TIMED_OUT:
            return f"The script took longer than {timeout_seconds:g} s."
        case _:
            return result.reason or result.outcome.value


def _with_left(reason: str, result: Result) -> str:
    return f"{reason} Still there: {', '.join(result.left)}" if result.left else reason
