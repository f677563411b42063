"""Calling a command within the test's own process and databases."""

import json
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError


@dataclass(frozen=True)
class Called:
    """What a command printed and the exit code it would have had."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def answer(self) -> Any:
        """The one JSON object that stands alone on stdout."""
        return json.loads(self.stdout)


def call(*arguments: str) -> Called:
    stdout, stderr = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=stdout, stderr=stderr)
    except CommandError as error:
        return Called(error.returncode, stdout.getvalue(), f"{stderr.getvalue()}{error}")
    return Called(0, stdout.getvalue(), stderr.getvalue())
