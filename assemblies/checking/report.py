"""What checking one script came to: findings, which say what is wrong, and facts, which say what it does.

Both are bounded, in the order of their lines, and the same each time for the same script and the same set of rules.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar

MAX_FINDINGS = 200
MAX_FACTS = 200
# One mistake on each line is one mistake, and would leave no room for others.
MAX_PER_RULE = 20
MAX_TEXT_CHARACTERS = 200


class Severity(StrEnum):
    """How much a finding weighs, the heaviest first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


_WEIGHTS = {severity: weight for weight, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `line` counts from 1; 0 is the whole script."""

    rule: str
    severity: Severity
    line: int
    message: str


@dataclass(frozen=True)
class Fact:
    """One thing that a script does, with the words that say so; secrets in them are masked."""

    rule: str
    line: int
    text: str


Noted = TypeVar("Noted", Finding, Fact)


@dataclass(frozen=True)
class Report:
    """The findings and facts of one script."""

    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()

    @classmethod
    def of(cls, findings: Iterable[Finding], facts: Iterable[Fact] = ()) -> "Report":
        """Put in order what was found, each thing once, and cut it to the bounds; errors are never cut for others."""
        by_line = sorted(set(findings), key=lambda one: (one.line, one.rule, one.message))
        heaviest_first = sorted(by_line, key=lambda one: _WEIGHTS[one.severity])
        kept = set(_bounded(heaviest_first, MAX_FINDINGS))
        return cls(tuple(one for one in by_line if one in kept), tuple(_bounded(_once(facts), MAX_FACTS)))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Report":
        findings = tuple(Finding(**{**one, "severity": Severity(one["severity"])}) for one in value["findings"])
        return cls(findings, tuple(Fact(**one) for one in value["facts"]))

    def json(self) -> dict[str, Any]:
        return {"findings": [asdict(one) for one in self.findings], "facts": [asdict(one) for one in self.facts]}

    @property
    def worst(self) -> Severity | None:
        """The severity of the heaviest finding."""
        return min((one.severity for one in self.findings), key=_WEIGHTS.__getitem__, default=None)

    def count(self, severity: Severity) -> int:
        return sum(one.severity is severity for one in self.findings)

    def without(self, rules: Iterable[str]) -> "Report":
        """Return the report without the findings and facts of some rules."""
        left_out = frozenset(rules)
        return Report(
            tuple(one for one in self.findings if one.rule not in left_out),
            tuple(one for one in self.facts if one.rule not in left_out),
        )

    def new_since(self, earlier: "Report") -> "Report":
        """Return what the earlier report does not say; a line that only moved says nothing new."""
        findings = Counter((one.rule, one.message) for one in earlier.findings)
        facts = Counter((one.rule, one.text) for one in earlier.facts)
        return Report(
            tuple(one for one in self.findings if not _taken(findings, (one.rule, one.message))),
            tuple(one for one in self.facts if not _taken(facts, (one.rule, one.text))),
        )


def _taken(counts: Counter[tuple[str, str]], key: tuple[str, str]) -> bool:
    counts[key] -= 1
    return counts[key] >= 0


def _once(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts in the order of their lines, each text of a rule where it stands first."""
    found: dict[tuple[str, str], Fact] = {}
    for one in sorted(facts, key=lambda one: (one.line, one.rule, one.text)):
        found.setdefault((one.rule, one.text), one)
    return list(found.values())


def _bounded(noted: Iterable[Noted], most: int) -> Iterator[Noted]:
    counts: Counter[str] = Counter()
    for one in noted:
        counts[one.rule] += 1
        if counts[one.rule] <= MAX_PER_RULE:
            yield one
            most -= 1
            if not most:
                return
