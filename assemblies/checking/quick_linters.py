"""The linters that take no time worth mentioning: ruff for Python, shellcheck for shell.

Files that a script names are never opened, settings never read.
"""

from collections.abc import Iterator
from typing import Any

import orjson

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


# SC2154 does not know what an assembly declares (`undeclared-variable` does); SC1090 and SC1091 say that another file
# was not read, which is how it is meant to be.
EXCLUDED = "SC1090,SC1091,SC2154"
_ANOTHER_SHELL = 1071
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING}


class Shellcheck(Linter):
    program = Program("shellcheck")
    suffix = ".sh"
    from_input = ["-"]
    # Its analysis of what flows where takes 20 s and 1 GB for 256 KiB, and a second for this.
    max_characters = 48 * 1024

    def arguments(self, subject: Subject, *, errors_only: bool) -> list[str]:
        shell = [] if subject.plain_text.startswith("#!") else ["--shell=bash"]
        narrow = ["--severity=error", "--extended-analysis=false"] if errors_only else []
        return ["--norc", "--format=json1", f"--exclude={EXCLUDED}", *shell, *narrow]

    def read(self, printed: bytes) -> Iterator[NumberedFinding]:
        for one in orjson.loads(printed)["comments"]:
            severity = _SEVERITIES.get(one["level"], Severity.INFO)
            if one["code"] == _ANOTHER_SHELL:
                severity = Severity.INFO
            yield one["file"], Finding(f"SC{one['code']}", severity, one["line"], one["message"])
