"""What every command of the library shares.

`--help` ends with examples; `--json` prints exactly one JSON object on stdout; an expected failure is one line and an
exit code (2 when the library refused, 1 otherwise), never a stack trace. Progress shows on stderr, on a terminal only.
"""

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from textwrap import dedent, indent
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.db import DEFAULT_DB_ALIAS, DatabaseError

from assemblies.actions.audit import named_failures
from assemblies.checks import OF_SETTINGS
from assemblies.domains import Domain
from assemblies.errors import InvalidField, LibraryError, Refusal, UnknownField
from assemblies.management.progress_line import ProgressLine
from assemblies.progress import Track
from devmode.disk_faults import find_disk_fault
from devmode.disk_reserve import make_room
from devmode.sqlite_files import find_sqlite_file

EXAMPLES = "examples:"
REFUSED = 2
INTERRUPTED = 130


class HelpWithExamples(DjangoHelpFormatter):
    """Django's order of options; examples keep their lines."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith(EXAMPLES) else super()._fill_text(text, width, indent)


class LibraryCommand(BaseCommand):
    """A command whose `work` answers by `answer` and fails by raising an expected error."""

    # Mistakes in code are found by `manage.py check`: that loads every page, which takes longer than most commands.
    requires_system_checks: tuple[str, ...] = OF_SETTINGS

    examples = ""
    offers_json = True
    as_json = False
    answered = False

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        options.setdefault("formatter_class", HelpWithExamples)
        # Examples are typed as this command was: manage.py in a checkout, borealis-assemblies from the wheel.
        examples = dedent(self.examples).strip().replace("manage.py", prog_name or "manage.py")
        options.setdefault("epilog", f"{EXAMPLES}\n{indent(examples, '  ')}")
        parser = super().create_parser(prog_name, subcommand, **options)
        if self.offers_json:
            parser.add_argument(
                "--json", action="store_true", dest="as_json", help="Print one JSON object and nothing else on stdout."
            )
        return parser

    def handle(self, *_args: Any, **options: Any) -> None:
        self.as_json = options.pop("as_json", False)
        self.answered = False
        make_room()
        try:
            with named_failures():
                self.work(**options)
        except (LibraryError, DatabaseError, OSError, KeyboardInterrupt, CommandError) as error:
            failure = named(error)
            self._answer_failure(failure, error)
            raise failure from error

    def work(self, *_args: Any, **options: Any) -> None:
        """Do what the command is for."""
        raise NotImplementedError

    def answer(self, facts: Mapping[str, Any], lines: Iterable[str] = ()) -> None:
        """Print the outcome: `facts` as JSON on request, else `lines`."""
        self.answered = True
        if self.as_json:
            self.stdout.write(json.dumps(facts, ensure_ascii=False, default=json_text))
            return
        for line in lines:
            self.stdout.write(line)

    def _answer_failure(self, failure: CommandError, error: BaseException) -> None:
        """Give a script that reads JSON the same shape as the REST API's errors."""
        if self.as_json and not self.answered:
            code = error.code if isinstance(error, LibraryError) else "command_failed"
            detail = error.detail if isinstance(error, LibraryError) else {}
            self.answer({"code": code, "message": str(failure), "detail": detail})

    @contextmanager
    def progress(self) -> Iterator[ProgressLine]:
        """Show progress on stderr where a person is looking, and nowhere else."""
        progress = ProgressLine(sys.stderr, visible=sys.stderr.isatty() and not self.as_json)
        try:
            yield progress
        finally:
            progress.clear()

    @contextmanager
    def tracking(self) -> Iterator[Track]:
        """Show each phase of the work as a bar of its own."""
        with self.progress() as progress:
            yield progress.track


def json_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def domain_argument(name: str) -> Domain:
    """Read a domain's wire name on the command line."""
    try:
        return Domain.from_wire(name)
    except ValueError:
        raise ArgumentTypeError(f"{name!r} is no domain: use official, community or user") from None


def named(error: BaseException) -> CommandError:
    """Return an expected error as the one line and the exit code a person or a script gets."""
    if isinstance(error, CommandError):
        return error
    if isinstance(error, LibraryError):
        field = error.detail.get("field") if isinstance(error, InvalidField | UnknownField) else None
        words = f"{field}: {error.message}" if field else error.message
        return CommandError(words, returncode=REFUSED if isinstance(error, Refusal) else 1)
    if isinstance(error, KeyboardInterrupt):
        return CommandError("Interrupted.", returncode=INTERRUPTED)
    if isinstance(error, DatabaseError):
        return CommandError(_with_advice(_database_words(str(error)), error))
    return CommandError(_with_advice(str(error), error))


def _with_advice(words: str, error: BaseException) -> str:
    fault = find_disk_fault(error, find_sqlite_file(DEFAULT_DB_ALIAS))
    return f"{words}. {fault.advice}" if fault else words


def _database_words(words: str) -> str:
    first_line = words.strip().partition("\n")[0]
    if "no such table" in words or "does not exist" in words:
        return f"A database is not prepared ({first_line}): run `manage.py prepare`."
    return f"A database could not be used: {first_line}"
