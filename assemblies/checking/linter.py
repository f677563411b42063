"""A linter: a program that reads scripts of one language, one from its standard input or many files in one process.

Many that do not finish are read one by one, so that one script cannot take the findings of others; one that does not is
read again for errors alone, and where even that fails the finding says so.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from assemblies.checking.programs import Program
from assemblies.checking.report import Finding, Severity
from assemblies.checking.subject import Subject

# Each number is how long one process may take of a processor.
SECONDS = 10
SECONDS_FOR_MANY = 60
MAX_AT_ONCE = 50
MAX_CHARACTERS_AT_ONCE = 512 * 1024

NumberedFinding = tuple[str, Finding]


class Linter(ABC):
    """Findings of one program. `suffix` ends the name of a script's file."""

    program: Program
    suffix: str
    # Longer scripts are read for errors alone.
    max_characters: int

    @abstractmethod
    def arguments(self, subject: Subject, *, errors_only: bool) -> list[str]:
        """Return what the program is called with before the names of files; equal ones may share a process."""

    @property
    @abstractmethod
    def from_input(self) -> list[str]:
        """What stands for the standard input instead of a file."""

    @abstractmethod
    def read(self, printed: bytes) -> Iterator[NumberedFinding]:
        """Yield the findings with the name of their file. Raises ValueError, KeyError, TypeError for other output."""

    def check(self, subject: Subject) -> list[Finding]:
        """Return the findings of one script."""
        if not self.program.version:
            return [self._not_installed()]
        is_long = len(subject.text) > self.max_characters
        for errors_only in (True,) if is_long else (False, True):
            arguments = [*self.arguments(subject, errors_only=errors_only), *self.from_input]
            found = self._found(arguments, script=subject.plain_text.encode(), seconds=SECONDS)
            if found is not None:
                kept = [one for _name, one in found if one.severity is Severity.ERROR or not errors_only]
                return [*kept, *([self._only_errors()] if errors_only else [])]
        return [self._unfinished()]

    def check_many(self, subjects: Sequence[Subject]) -> list[list[Finding]]:
        """Return the findings of scripts that `groups` put together, in the same order."""
        together = self._check_together(subjects) if len(subjects) > 1 else None
        return together or [self.check(subject) for subject in subjects]

    def groups(self, subjects: Sequence[Subject]) -> Iterator[list[int]]:
        """Yield the places of scripts that one process may read: called alike, not too many, not too long together."""
        groups: dict[tuple[str, ...], tuple[list[int], int]] = {}
        for number, subject in enumerate(subjects):
            size = len(subject.text)
            if size > self.max_characters or not self.program.version:
                yield [number]
                continue
            key = tuple(self.arguments(subject, errors_only=False))
            numbers, characters = groups.get(key, ([], 0))
            if len(numbers) == MAX_AT_ONCE or characters + size > MAX_CHARACTERS_AT_ONCE:
                yield numbers
                numbers, characters = [], 0
            groups[key] = ([*numbers, number], characters + size)
        yield from (numbers for numbers, _characters in groups.values() if numbers)

    def _check_together(self, subjects: Sequence[Subject]) -> list[list[Finding]] | None:
        names = [f"{number}{self.suffix}" for number in range(len(subjects))]
        with TemporaryDirectory(prefix="check-") as folder:
            for name, subject in zip(names, subjects, strict=True):
                Path(folder, name).write_bytes(subject.plain_text.encode())
            arguments = [*self.arguments(subjects[0], errors_only=False), "--", *names]
            found = self._found(arguments, folder=folder, seconds=SECONDS_FOR_MANY)
        if found is None:
            return None
        by_name: dict[str, list[Finding]] = {name: [] for name in names}
        for name, finding in found:
            by_name[name.replace("\\", "/").rpartition("/")[2]].append(finding)
        return list(by_name.values())

    def _found(
        self, arguments: list[str], *, script: bytes = b"", folder: str = "", seconds: int
    ) -> list[NumberedFinding] | None:
        printed = self.program.run(arguments, script=script, folder=folder, seconds=seconds)
        try:
            return None if printed is None else list(self.read(printed))
        except (ValueError, KeyError, TypeError):
            return None

    def _not_installed(self) -> Finding:
        name = self.program.name
        return Finding(name, Severity.INFO, 0, f"{name} is not installed, so it did not check this script.")

    def _only_errors(self) -> Finding:
        name = self.program.name
        return Finding(name, Severity.INFO, 0, f"The script is too long for all of {name}; it looked for errors only.")

    def _unfinished(self) -> Finding:
        name = self.program.name
        return Finding(name, Severity.INFO, 0, f"{name} did not finish within its bounds on time, memory and output.")


def loaded(printed: bytes) -> Iterable[dict[str, object]]:
    """Return the list of objects that a linter printed. Raises ValueError."""
    value = orjson.loads(printed)
    if not isinstance(value, list):
        raise ValueError("no list")
    return value
