"""What checks came to, kept: by what an assembly says and by the rules that looked at it.

Derived, and never the truth of anything: a result that is missing is computed again, and nobody waits for one.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef

from assemblies.checking import Report, rule_set_version
from assemblies.models.assembly import Assembly, AssemblyQuerySet

HASH_LENGTH = 64
RULE_SET_LENGTH = 16
SEVERITY_LENGTH = 8


class CheckResultQuerySet(models.QuerySet["CheckResult"]):
    """Results by whose they are."""

    def current(self) -> Self:
        """Those by the rules and programs of this installation."""
        return self.filter(rule_set=rule_set_version())

    def find_report(self, content_hash: str) -> Report | None:
        """Return what the checks of this installation found, if they have looked."""
        return self.find_reports([content_hash]).get(content_hash)

    def find_reports(self, content_hashes: Collection[str]) -> Mapping[str, Report]:
        """Return by content what the checks of this installation found, where they have looked; one query."""
        rows = self.current().filter(content_hash__in=content_hashes).values_list("content_hash", "report")
        return {key: Report.from_json(json.loads(text)) for key, text in rows}

    def unchecked(self) -> AssemblyQuerySet:
        """Return the live assemblies that nobody has looked at yet."""
        known = self.current().filter(content_hash=OuterRef("content_hash"))
        return Assembly.objects.live().filter(~Exists(known))


class CheckResult(models.Model):
    """One content, by one set of rules. `worst` is the severity of its heaviest finding; empty without any.

    Never changed: other content and other rules have other rows.
    """

    content_hash = models.CharField(max_length=HASH_LENGTH)
    rule_set = models.CharField(max_length=RULE_SET_LENGTH)
    worst = models.CharField(max_length=SEVERITY_LENGTH, blank=True)
    report = models.TextField()
    checked_at = models.DateTimeField()

    objects = CheckResultQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["content_hash", "rule_set"], name="one_result_per_rule_set")]
        indexes = [models.Index(fields=["rule_set", "worst"], name="result_by_severity")]

    def __str__(self) -> str:
        return self.content_hash

    @classmethod
    def of(cls, content_hash: str, report: Report, now: datetime) -> "CheckResult":
        """Return the row, not yet saved."""
        text = json.dumps(report.json(), ensure_ascii=False, separators=(",", ":"))
        return cls(
            content_hash=content_hash,
            rule_set=rule_set_version(),
            worst=report.worst or "",
            report=text,
            checked_at=now,
        )
