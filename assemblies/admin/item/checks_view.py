"""The panel Checks: what is wrong with a script and what it does, as kept; and what somebody has accepted, with why.

Nothing is checked for a page: what nobody has looked at yet is said to be under way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assemblies.admin.checks import ShownReport
from assemblies.catalogue import CatalogueEntry
from assemblies.domains import Kind
from assemblies.models import CheckResult
from assemblies.revisions.checks import Suppression


@dataclass(frozen=True)
class ChecksPanel:
    """`shown` is None where nobody has looked yet."""

    shown: ShownReport | None
    suppressed: Sequence[Suppression]


def checks_of(entry: CatalogueEntry, suppressed: Sequence[Suppression]) -> ChecksPanel | None:
    """Return the panel of an assembly; None for a workflow. One query."""
    if entry.content.kind is Kind.WORKFLOW:
        return None
    report = CheckResult.objects.find_report(entry.content.content_hash)
    shown = None if report is None else ShownReport(report.without(one.rule for one in suppressed))
    return ChecksPanel(shown, suppressed)
