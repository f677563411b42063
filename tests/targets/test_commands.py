"""The commands of persistence targets: choose one, look, copy, clear."""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from assemblies.targets.models import PersistenceConnection
from tests.commands.calling import call
from tests.targets.load import carry_out

pytestmark = pytest.mark.django_db(databases=["default", "execution"], transaction=connection.vendor == "postgresql")
EVIDENCE = ("evidence", "--engine", "sqlite", "--database", "copy")


@pytest.fixture(autouse=True)
def runtime_root(tmp_path: Path, settings: Settings) -> Path:
    settings.RUNTIME_ROOT = tmp_path
    return tmp_path


def test_a_target_is_added_assigned_copied_to_and_cleared(empty_queue: None, runtime_root: Path) -> None:
    status = call("persistence_assign", *EVIDENCE, "--json").answer
    assert (status["state"], status["target"]["name"]) == ("waiting-for-beacon", "evidence")
    carry_out(2)
    assert call("persistence_probe", "--json").answer == {"live": True}
    assert call("persistence_flush", "--json").answer["state"] == "bootstrapped"
    assert (runtime_root / "Targets" / "copy.db").exists()
    report = call("ensure_schema", "--json").answer
    assert (report["verified"], report["migration_statements"]) == (True, [])
    assert "bootstrapped: evidence, copy" in call("persistence_status").stdout
    carry_out(1)
    cleared = call("persistence_assign", "--clear", "--json").answer
    assert (cleared["state"], cleared["dropped"] > 0) == ("unassigned", True)


def test_assigned_by_its_name_again_nothing_is_added(empty_queue: None) -> None:
    call("persistence_assign", *EVIDENCE)
    assert call("persistence_assign", "evidence", "--database", "copy").exit_code == 0
    assert PersistenceConnection.objects.count() == 1
    assert call("persistence_assign", "--connection", str(PersistenceConnection.objects.get().pk)).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("persistence_assign", "evidence"), 1, "--database"),
        (("persistence_assign", "evidence", "--database", "copy"), 1, "--engine"),
        (("persistence_assign", "--connection", "7"), 2, "no such connection"),
        (("persistence_assign", "--clear"), 2, "No persistence target"),
        (("persistence_flush",), 2, "No persistence target"),
        (("persistence_flush", "--skip", "queue"), 2, "No persistence target"),
        (("persistence_flush", "--seconds", "0"), 1, "--seconds"),
        (("persistence_probe",), 2, "No persistence target"),
        (("ensure_schema",), 2, "No persistence target"),
    ],
)
def test_what_cannot_be_done_is_said_by_exit_code_and_words(
    empty_queue: None, arguments: tuple[str, ...], code: int, words: str
) -> None:
    refused = call(*arguments)
    assert refused.exit_code == code
    assert words in refused.stderr
