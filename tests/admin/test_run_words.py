"""What pages say of a run's places and errors, in the viewer's language."""

import pytest
from django.utils import translation

from assemblies.admin.runs.lines import error_words, place_names
from assemblies.supervision.ending import ending_of
from assemblies.supervision.events import Outcome, Result


def reason(result: Result) -> str:
    return ending_of(result, timeout_seconds=60)[1]


ENDED = {
    "Das Skript endete mit Exit-Code 3.": {"outcome": Outcome.EXITED, "exit_code": 3},
    "Das Skript wurde durch das Signal 9 beendet.": {"outcome": Outcome.EXITED, "signal": 9},
    "Das Skript brauchte länger als 60 s.": {"outcome": Outcome.TIMED_OUT},
}


@pytest.mark.parametrize(("german", "facts"), ENDED.items())
def test_what_supervision_says_of_a_script_has_german(german: str, facts: dict[str, object]) -> None:
    stored = reason(Result(**facts))  # type: ignore[arg-type]
    assert error_words(stored) == stored
    with translation.override("de"):
        assert error_words(stored) == german


@pytest.mark.parametrize("code", ["expired", "worker_lost", "not_started"])
def test_a_code_is_told_in_words(code: str) -> None:
    assert "_" not in error_words(code)
    assert error_words(code).endswith(".")


def test_what_nobody_knows_stays_as_it_is() -> None:
    assert error_words("Es brennt.") == "Es brennt."


@pytest.mark.database
def test_a_place_is_called_what_people_call_it(db_of_library: None) -> None:
    names = place_names(["server", "group:web", "tag:night", "GONE"])
    assert names == {"server": "This server", "group:web": "Group web", "tag:night": "Tag night", "GONE": "GONE"}
