"""ansible-lint: what is wrong with a playbook, where it is installed. It takes seconds, so it is for the background.

A playbook is checked alone: what it says of files and roles that are not there is left out.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from assemblies.checking.linter import Linter, NumberedFinding, loaded
from assemblies.checking.programs import Program
from assemblies.checking.report import Finding, Severity
from assemblies.checking.subject import Subject

_ARGUMENTS = ["--offline", "--nocolor", "-q", "--format=json", "--config-file=/dev/null"]
# Matters of taste are infos: those of these kinds are more.
_GRAVE = frozenset({"deprecations", "risk", "security", "unpredictability"})
_LEFT_OUT = ("load-failure", "internal-error")
_ELSEWHERE = re.compile(r"not found|could not find|unable to retrieve", re.I)
_FOLDERS = re.compile(r"(?:/[^\s/:'\"]+)+/")
_OURS = re.compile(r"(?:.*/)?\d+\.yml")
_NO_RULE_NAME = re.compile(r"[^A-Za-z0-9]+")
MAX_NAME = 64


class AnsibleLint(Linter):
    # It ends with 2 where it found something.
    program = Program("ansible-lint", ended_with=(0, 2))
    suffix = ".yml"
    from_input: list[str] = []
    max_characters = 256 * 1024

    def arguments(self, subject: Subject, *, errors_only: bool) -> list[str]:
        return _ARGUMENTS

    def check(self, subject: Subject) -> list[Finding]:
        """Return the findings of one playbook; it wants a file, and is optional."""
        if not self.program.version or len(subject.text) > self.max_characters:
            return []
        found = self._check_together([subject])
        return [self._unfinished()] if found is None else found[0]

    def check_many(self, subjects: Sequence[Subject]) -> list[list[Finding]]:
        """Return the findings of playbooks that `groups` put together, in the same order."""
        if len(subjects) > 1 and (found := self._check_together(subjects)) is not None:
            return found
        return [self.check(subject) for subject in subjects]

    def read(self, printed: bytes) -> Iterator[NumberedFinding]:
        for one in loaded(printed):
            issue: Any = one
            name, place = issue["check_name"], issue["location"]
            words = " ".join(filter(None, (issue["description"], (issue.get("content") or {}).get("body"))))
            if name.startswith(_LEFT_OUT) or _ELSEWHERE.search(words) or not _OURS.fullmatch(place["path"]):
                continue
            is_grave = name.startswith("syntax-check") or not _GRAVE.isdisjoint(issue["categories"])
            rule = f"ansible-lint-{_NO_RULE_NAME.sub('-', name).strip('-')}"[:MAX_NAME]
            begin = place["positions"]["begin"] if "positions" in place else place["lines"]["begin"]
            line = begin["line"] if isinstance(begin, dict) else begin
            severity = Severity.WARNING if is_grave else Severity.INFO
            # Where the check took place is not what it found.
            yield place["path"], Finding(rule, severity, line, _FOLDERS.sub("", words)[:500])
