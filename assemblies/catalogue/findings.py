"""Which assemblies the checks found something in: kept with the snapshot until a check or a suppression says more."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from typing import Any

from django.db.models import Count, Max

from assemblies.catalogue.snapshot import Snapshot
from assemblies.checking import Report, Severity, rule_set_version
from assemblies.models import AssemblySetting, CheckResult, SettingCategory, Status

# Neither errors nor warnings.
NONE = "none"
VALUES = (str(Severity.ERROR), str(Severity.WARNING), NONE)
Findings = Mapping[str, Collection[str]]


def findings_stamp() -> Hashable:
    """Return what differs once a result or a suppression came or went; two small queries."""
    newest = CheckResult.objects.current().aggregate(newest=Max("pk"))["newest"]
    said = _suppressions().aggregate(count=Count("pk"), at=Max("updated_at"))
    return (rule_set_version(), newest, said["count"], str(said["at"]))


def assemblies_by_findings(snapshot: Snapshot, stamp: Hashable) -> Findings:
    """Return the GUIDs of what was checked by the severity of their heaviest finding that nobody suppressed.

    `stamp` is what `findings_stamp` said before.
    """
    return snapshot.lists.get(("findings", stamp), lambda: _by_findings(snapshot))


def _by_findings(snapshot: Snapshot) -> Findings:
    worst = dict(CheckResult.objects.current().values_list("content_hash", "worst"))
    suppressed = _suppressed_rules()
    spared = {snapshot.entries[guid].content.content_hash for guid in suppressed if guid in snapshot.entries}
    reports = CheckResult.objects.find_reports(spared)
    found: dict[str, set[str]] = {value: set() for value in VALUES}
    for guid, entry in snapshot.entries.items():
        severity = worst.get(entry.content.content_hash)
        if severity and guid in suppressed:
            severity = reports.get(entry.content.content_hash, Report()).without(suppressed[guid]).worst or ""
        if severity is not None:
            found[severity if severity in found else NONE].add(guid)
    return {value: frozenset(guids) for value, guids in found.items()}


def _suppressions() -> Any:
    return AssemblySetting.objects.filter(category=SettingCategory.SUPPRESSED_CHECK, status=Status.ACTIVE).order_by()


def _suppressed_rules() -> Mapping[str, set[str]]:
    rules: dict[str, set[str]] = defaultdict(set)
    for guid, rule in _suppressions().values_list("assembly_id", "key"):
        rules[guid].add(rule)
    return rules
