"""shellcheck: what is wrong with a shell script. Files that a script names are never opened, settings never read."""

from collections.abc import Iterator

import orjson

from assemblies.checking.linter import Linter, NumberedFinding
from assemblies.checking.programs import Program
from assemblies.checking.report import Finding, Severity
from assemblies.checking.subject import Subject

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
