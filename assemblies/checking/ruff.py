"""ruff: what is wrong with a Python script: what does not parse (E9), names and imports (F), what is unsafe (S)."""

from collections.abc import Iterator
from typing import Any

from assemblies.checking.linter import Linter, NumberedFinding, loaded
from assemblies.checking.programs import Program
from assemblies.checking.report import Finding, Severity
from assemblies.checking.subject import Subject

# Newer syntax is no mistake: which Python runs a script is the target's affair.
_ARGUMENTS = ["check", "--isolated", "--no-cache", "--quiet", "--output-format=json", "--target-version=py314"]
# What fails when the line runs.
_ERRORS = ("invalid-syntax", "E9", "F50", "F62", "F63", "F70", "F82")
# What administrators' scripts are there for (S404, S603, S607: they start programs), and what harms nobody.
_INFOS = frozenset("F401 F541 F811 F841 S101 S110 S112 S311 S404 S603 S607".split())


class Ruff(Linter):
    program = Program("ruff")
    suffix = ".py"
    from_input = ["--stdin-filename=script.py", "-"]
    max_characters = 512 * 1024

    def arguments(self, subject: Subject, *, errors_only: bool) -> list[str]:
        return [*_ARGUMENTS, f"--select={'E9' if errors_only else 'E9,F,S'}"]

    def read(self, printed: bytes) -> Iterator[NumberedFinding]:
        for one in loaded(printed):
            finding: Any = one
            rule = finding["code"] or "invalid-syntax"
            severity = Severity.INFO if rule in _INFOS else Severity.WARNING
            severity = Severity.ERROR if rule.startswith(_ERRORS) else severity
            yield finding["filename"], Finding(rule, severity, finding["location"]["row"], finding["message"])
