"""What all commands share: examples in the help, and expected failures as one line and an exit code."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command, load_command_class
from django.core.management.base import CommandParser
from django.db import OperationalError

import assemblies.management.commands
from assemblies.errors import LibraryBusy, SyncRefused
from assemblies.management.command import LibraryCommand, named
from borealis_assemblies.__main__ import tell_settings
from devmode.write_lock import WriteLockTimeout

COMMANDS = sorted(path.stem for path in Path(assemblies.management.commands.__path__[0]).glob("[a-z]*.py"))


class Failing(LibraryCommand):
    """Fails as it is told to."""

    def __init__(self, error: BaseException) -> None:
        self.said = StringIO()
        super().__init__(stdout=self.said)
        self.error = error

    def work(self, *_args: Any, **_options: Any) -> None:
        raise self.error


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_ends_with_examples(name: str) -> None:
    command = load_command_class("assemblies", name)
    assert isinstance(command, LibraryCommand)
    _head, _title, examples = command.create_parser("manage.py", name).format_help().partition("examples:\n")
    assert f"manage.py {name}" in examples


@pytest.mark.parametrize(
    ("error", "words", "returncode"),
    [
        (SyncRefused("Nothing to publish."), "Nothing to publish.", 2),
        (LibraryBusy(), "Other writers kept the library busy for too long; try again.", 1),
        (OperationalError("no such table: assemblies_assembly"), "run `manage.py prepare`", 1),
        (OperationalError("disk I/O error\nat page 7"), "A database could not be used: disk I/O error", 1),
        (PermissionError(13, "Permission denied", "Payloads"), "Permission denied: 'Payloads'", 1),
        (KeyboardInterrupt(), "Interrupted.", 130),
    ],
)
def test_an_expected_failure_is_one_line_and_an_exit_code(error: BaseException, words: str, returncode: int) -> None:
    failure = named(error)

    assert words in str(failure)
    assert "\n" not in str(failure)
    assert failure.returncode == returncode


def test_a_failure_is_one_json_object_for_a_program() -> None:
    command = Failing(SyncRefused("Nothing to publish.", documents=0))
    with pytest.raises(CommandError):
        call_command(command, as_json=True, skip_checks=True)

    assert command.said.getvalue() == (
        '{"code": "sync_refused", "message": "Nothing to publish.", "detail": {"documents": 0}}\n'
    )


def test_a_busy_database_has_the_code_of_the_api() -> None:
    command = Failing(WriteLockTimeout())
    with pytest.raises(CommandError, match="Other writers kept the library busy"):
        call_command(command, as_json=True, skip_checks=True)
    assert '"code": "library_busy"' in command.said.getvalue()


def test_what_nobody_expected_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        call_command(Failing(ZeroDivisionError()), skip_checks=True)


def test_examples_are_typed_as_the_command_was() -> None:
    assert "  borealis-assemblies show_config --json\n" in parser_of("borealis-assemblies").format_help()
    assert "  manage.py show_config --json\n" in parser_of("").format_help()


def parser_of(program: str) -> CommandParser:
    return load_command_class("assemblies", "show_config").create_parser(program, "show_config")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["serve", "--port", "8080"], {"BOREALIS_PORT": "8080"}),
        (["serve", "--no-sync", "--host=::1", "--port=1"], {"BOREALIS_HOST": "::1", "BOREALIS_PORT": "1"}),
        (["serve", "--host", "[::1]", "--port", "65535"], {"BOREALIS_HOST": "::1", "BOREALIS_PORT": "65535"}),
        (["serve", "--host", "::1"], {"BOREALIS_HOST": "::1"}),
        (["serve", "--host=", "--port="], {}),
        (["serve", "--workers", "2"], {}),
        (["serve", "--port", "eighty"], {}),
        (["serve", "--port", "65536"], {}),
        (["serve", "--port", "0"], {}),
        (["serve", "--host", "http://localhost"], {}),
        (["serve", "--ho", "::1"], {}),
        (["serve", "--=5"], {}),
        (["serve", "--port"], {}),
        (["persistence_assign", "--port", "5432"], {}),
        ([], {}),
    ],
)
def test_settings_know_the_address_that_was_typed(
    arguments: list[str], told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.environ", environment := {"PATH": "/bin"})
    tell_settings(arguments)
    assert environment == {"PATH": "/bin", **told}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--host", ""], "argument --host: '' is no name or address of this machine"),
        (["--host", "http://localhost"], "argument --host: 'http://localhost' is no name"),
        (["--host", "1.2.3.4:80"], "argument --host: '1.2.3.4:80' is no name"),
        (["--host", "[::1"], "argument --host: '[::1' is no name"),
        (["--port", "70000"], "argument --port: '70000' is no port: use a whole number from 1 to 65535"),
        (["--port", "0"], "argument --port: '0' is no port"),
    ],
)
def test_an_address_that_is_none_is_refused_as_it_was_typed(typed: list[str], words: str) -> None:
    parser = load_command_class("assemblies", "serve").create_parser("manage.py", "serve")
    with pytest.raises(CommandError) as refused:
        parser.parse_args(typed)
    assert words in str(refused.value)
    assert parser.parse_args(["--host", "[::1]"]).host == "::1"
