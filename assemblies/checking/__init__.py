"""Checks of scripts: findings, which say what is wrong with one, and facts, which say what it does.

Pure but for the linters, which are programs of their own that read a script and never run it. Nothing here knows of
rows, files or requests. The rules and what they need are loaded by the first check: most processes check nothing.
"""

from collections.abc import Sequence

from assemblies.checking.report import Fact, Finding, Report, Severity
from assemblies.checking.subject import Subject

__all__ = [
    "Fact",
    "Finding",
    "Report",
    "Severity",
    "Subject",
    "check",
    "check_many",
    "rule_set_version",
]


def rule_set_version() -> str:
    """Return what stands for the rules and the programs that are installed: equal ones find the same."""
    from assemblies.checking import engine

    return engine.rule_set_version()


def check(subject: Subject | None) -> Report:
    """Return the findings and facts of one script; none of what is no script."""
    return check_many([subject])[0]


def check_many(subjects: Sequence[Subject | None], *, is_thorough: bool = False) -> list[Report]:
    """Return the findings and facts of each script, in the same order.

    With `is_thorough`, also what the slow linters find that are installed.
    """
    from assemblies.checking import engine

    return engine.check_many(subjects, is_thorough=is_thorough)
