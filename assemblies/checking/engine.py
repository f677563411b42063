"""Check scripts: what each comes to by every rule of its language, one script at once or many.

Deterministic; nothing is executed and no file of a script's naming is opened. The linters run next to the rules that
are our own, so many scripts take as long as the slower of both.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from assemblies.checking.ansible_lint import AnsibleLint
from assemblies.checking.facts import find_facts
from assemblies.checking.linter import Linter
from assemblies.checking.quick_linters import Ruff, Shellcheck
from assemblies.checking.report import Finding, Report
from assemblies.checking.script_analyser import ScriptAnalyser
from assemblies.checking.statements import code_of
from assemblies.checking.subject import Subject
from assemblies.checking.unseen import find_unseen
from assemblies.checking.variables import find_undeclared, find_unused
from assemblies.checking.yaml_syntax import find_yaml_errors
from assemblies.domains import AssemblyType

# One more with every change of what our own rules find, so that kept results of earlier rules are not taken for these.
RULES_VERSION = 1
# Scripts of one call to many: what they come to is in memory at once.
MAX_TOGETHER = 500

LINTERS: Mapping[AssemblyType, Linter] = {AssemblyType.BASH: Shellcheck(), AssemblyType.PYTHON: Ruff()}
# What takes seconds or is optional: for the background, and for who has the time.
SLOW_LINTERS: Mapping[AssemblyType, Linter] = {
    AssemblyType.ANSIBLE: AnsibleLint(),
    AssemblyType.POWERSHELL: ScriptAnalyser(),
}
Linters = Sequence[tuple[AssemblyType, Linter]]
_Findings = Future[list[list[Finding]]]


@cache
def rule_set_version() -> str:
    """Return what `assemblies.checking.rule_set_version` does."""
    told = [str(RULES_VERSION), *(f"{one.program.name}={one.program.version}" for one in LINTERS.values())]
    slow = (one.program for one in SLOW_LINTERS.values())
    told += [f"{program.name}={program.version}" for program in slow if program.version]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def check_many(subjects: Sequence[Subject | None], *, is_thorough: bool = False) -> list[Report]:
    """Return what `assemblies.checking.check_many` does."""
    linters = [*LINTERS.items(), *(SLOW_LINTERS.items() if is_thorough else ())]
    reports = [Report()] * len(subjects)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for start in range(0, len(subjects), MAX_TOGETHER):
            places = [at for at in range(start, min(start + MAX_TOGETHER, len(subjects))) if subjects[at] is not None]
            scripts = [one for at in places if (one := subjects[at]) is not None]
            for at, report in zip(places, _checked(scripts, linters, pool), strict=True):
                reports[at] = report
    return reports


def _checked(subjects: Sequence[Subject], linters: Linters, pool: ThreadPoolExecutor) -> Iterator[Report]:
    waiting = list(_linted(subjects, linters, pool))
    own = [_own_rules(subject) for subject in subjects]
    found: list[list[Finding]] = [[] for _subject in subjects]
    for places, future in waiting:
        for at, findings in zip(places, future.result(), strict=True):
            found[at] = findings
    for findings, report in zip(found, own, strict=True):
        yield Report.of([*findings, *report.findings], report.facts)


def _linted(
    subjects: Sequence[Subject], linters: Linters, pool: ThreadPoolExecutor
) -> Iterator[tuple[list[int], _Findings]]:
    """Begin each process of a linter, and yield the places of the scripts it reads."""
    for language, linter in linters:
        of_language = [at for at, one in enumerate(subjects) if one.assembly_type is language]
        for group in linter.groups([subjects[at] for at in of_language]):
            places = [of_language[at] for at in group]
            yield places, pool.submit(linter.check_many, [subjects[at] for at in places])


def _own_rules(subject: Subject) -> Report:
    code = code_of(subject.assembly_type, subject.plain_text)
    findings = [*find_unseen(subject), *find_undeclared(subject, code), *find_unused(subject, code)]
    if subject.assembly_type is AssemblyType.ANSIBLE:
        findings += find_yaml_errors(subject.plain_text)
    return Report.of(findings, find_facts(subject, code))
