"""Checks of scripts: findings, which say what is wrong with one, and facts, which say what it does.

Pure but for the linters, which are programs of their own that read a script and never run it. Nothing here knows of
rows, files or requests.
"""

from assemblies.checking.engine import check, check_many, rule_set_version
from assemblies.checking.fact_patterns import FACT_RULES
from assemblies.checking.report import Fact, Finding, Report, Severity
from assemblies.checking.subject import Subject

__all__ = [
    "FACT_RULES",
    "Fact",
    "Finding",
    "Report",
    "Severity",
    "Subject",
    "check",
    "check_many",
    "rule_set_version",
]
