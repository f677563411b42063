"""What checks say, as pages show it: findings, the heaviest first, and facts by what they tell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from assemblies.checking import Fact, Finding, Report, Severity

# Beyond these a list is folded.
SHOWN = 5
FACT_WORDS = {
    "downloads-and-runs": _("Downloads and runs"),
    "hosts": _("Talks to"),
    "turns-off-protection": _("Turns off protection"),
    "deletes-recursively": _("Deletes recursively"),
    "changes-accounts": _("Changes accounts"),
    "encoded-commands": _("Encoded commands"),
    "plain-secrets": _("Secrets in the text"),
}
SEVERITY_WORDS = {Severity.ERROR: _("Error"), Severity.WARNING: _("Warning"), Severity.INFO: _("Note")}
TONES = {Severity.ERROR: "bad", Severity.WARNING: "warning", Severity.INFO: "info"}


@dataclass(frozen=True)
class ShownFinding:
    """A finding with what its severity is called and drawn as."""

    finding: Finding

    @property
    def tone(self) -> str:
        return TONES[self.finding.severity]

    @property
    def severity(self) -> Any:
        return SEVERITY_WORDS[self.finding.severity]


@dataclass(frozen=True)
class FactGroup:
    """The facts of one rule."""

    rule: str
    facts: Sequence[Fact]

    @property
    def title(self) -> Any:
        return FACT_WORDS.get(self.rule, self.rule)

    @property
    def is_grave(self) -> bool:
        return self.rule != "hosts"


@dataclass(frozen=True)
class ShownReport:
    """A report as pages show it: findings, the heaviest first, and facts by their rules."""

    report: Report = field(default_factory=Report)

    @property
    def findings(self) -> list[ShownFinding]:
        heaviest_first = sorted(self.report.findings, key=lambda one: list(Severity).index(one.severity))
        return [ShownFinding(one) for one in heaviest_first]

    @property
    def first(self) -> list[ShownFinding]:
        return self.findings[:SHOWN]

    @property
    def further(self) -> list[ShownFinding]:
        return self.findings[SHOWN:]

    @property
    def facts(self) -> list[FactGroup]:
        groups = [(rule, [one for one in self.report.facts if one.rule == rule]) for rule in FACT_WORDS]
        return [FactGroup(rule, facts) for rule, facts in groups if facts]

    @property
    def rules(self) -> list[str]:
        """The rules that say something, in the order of the alphabet."""
        rules = {one.rule for one in self.report.findings} | {one.rule for one in self.report.facts}
        return sorted(rules, key=str.casefold)

    @property
    def errors(self) -> int:
        return self.report.count(Severity.ERROR)

    @property
    def warnings(self) -> int:
        return self.report.count(Severity.WARNING)

    @property
    def is_empty(self) -> bool:
        return not (self.report.findings or self.report.facts)
