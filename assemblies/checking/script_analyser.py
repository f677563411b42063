"""PSScriptAnalyzer: what is wrong with a PowerShell script, where `BOREALIS_PWSH` names a `pwsh`.

A `pwsh` that is kept running reads each script from a line, as base64, and prints the records that
Invoke-ScriptAnalyzer makes of it as one line of JSON. It takes too long to start for anything but the background.
"""

import base64
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import environ
import orjson
from django.conf import settings

from assemblies.checking.linter import Linter, NumberedFinding
from assemblies.checking.programs import MAX_MEMORY_KIB, Program, environment, words_of
from assemblies.checking.report import Finding, Severity
from assemblies.checking.subject import Subject
from assemblies.checking.warm import WarmProgram

SECONDS = 20
SECONDS_TO_START = 60
# DiagnosticSeverity of PSScriptAnalyzer, by its numbers and by its words.
_SEVERITIES = {
    0: Severity.INFO, 1: Severity.WARNING, 2: Severity.ERROR, 3: Severity.ERROR,
    "Information": Severity.INFO, "Warning": Severity.WARNING, "Error": Severity.ERROR, "ParseError": Severity.ERROR,
}  # fmt: skip
_VERSION = (
    "(Get-Module -ListAvailable PSScriptAnalyzer | Sort-Object Version | Select-Object -Last 1).Version.ToString()"
)
_LOOP = """
$ErrorActionPreference = 'Stop'
$OutputEncoding = [Console]::OutputEncoding = New-Object Text.UTF8Encoding $false
Import-Module PSScriptAnalyzer
while ($null -ne ($line = [Console]::In.ReadLine())) {
  try {
    $text = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($line))
    $found = @(Invoke-ScriptAnalyzer -ScriptDefinition $text | Select-Object RuleName, Severity, Line, Message)
    [Console]::Out.WriteLine((ConvertTo-Json -InputObject $found -Compress -Depth 2))
  } catch {
    [Console]::Out.WriteLine((ConvertTo-Json -InputObject @{ error = "$_" } -Compress))
  }
}
"""
_CALLED = ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command"]
# Modules that an account installed for itself are below its home.
_NEEDED = ("HOME", "PATH", "USERPROFILE", "PSMODULEPATH", "TEMP")


@dataclass(frozen=True)
class Pwsh(Program):
    """The `pwsh` that the settings name. Its version is that of PSScriptAnalyzer."""

    @property
    def path(self) -> str | None:
        return shutil.which(settings.PWSH) if settings.PWSH else None

    @property
    def version(self) -> str:
        return _version(self.path) if self.path else ""


class ScriptAnalyser(Linter):
    program = Pwsh("PSScriptAnalyzer")
    suffix = ".ps1"
    from_input: list[str] = []
    max_characters = 256 * 1024

    def arguments(self, subject: Subject, *, errors_only: bool) -> list[str]:
        return []

    def check(self, subject: Subject) -> list[Finding]:
        """Return the findings of one script."""
        if not settings.PWSH or len(subject.text) > self.max_characters:
            return []
        if not self.program.version or self.program.path is None:
            return [self._not_installed()]
        printed = _warm(self.program.path).ask(base64.b64encode(subject.plain_text.encode()), seconds=SECONDS)
        try:
            return [finding for _name, finding in self.read(printed or b"")]
        except (ValueError, KeyError, TypeError):
            return [self._unfinished()]

    def check_many(self, subjects: Sequence[Subject]) -> list[list[Finding]]:
        """Return the findings of each script, one after the other: there is one `pwsh`."""
        return [self.check(subject) for subject in subjects]

    def read(self, printed: bytes) -> Iterator[NumberedFinding]:
        records = orjson.loads(printed)
        if not isinstance(records, list):
            raise ValueError("no list")
        for record in records:
            one: Any = record
            severity = _SEVERITIES.get(one["Severity"], Severity.WARNING)
            yield "", Finding(str(one["RuleName"]), severity, int(one["Line"] or 0), str(one["Message"])[:500])


@cache
def _warm(path: str) -> WarmProgram:
    return WarmProgram([path, *_CALLED, _LOOP], _environment())


@cache
def _version(path: str) -> str:
    return words_of([path, *_CALLED, _VERSION], _environment(), seconds=SECONDS_TO_START)


def _environment() -> dict[str, str]:
    ours = environ.Env.ENVIRON
    kept = {name: ours[name] for name in _NEEDED if name in ours}
    # Of the .NET runtime: its limits of memory are its own, those of a process would keep it from starting.
    limit = {"DOTNET_GCHeapHardLimit": hex(MAX_MEMORY_KIB * 1024), "POWERSHELL_TELEMETRY_OPTOUT": "1"}
    return {**environment(), **kept, **limit}
