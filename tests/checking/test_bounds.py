"""What no script can do to a checker: take long, take much, or hide what is found in others."""

from collections.abc import Callable

import pytest

from assemblies.checking import Finding, Report, Severity, Subject, check, check_many, rule_set_version
from assemblies.checking.programs import MAX_OUTPUT_BYTES, Program
from assemblies.checking.quick_linters import Ruff, Shellcheck
from assemblies.checking.report import MAX_PER_RULE
from assemblies.checking.yaml_syntax import find_yaml_errors
from assemblies.domains import AssemblyType
from tests.patience import at_most

BASH = AssemblyType.BASH


class MissingShellcheck(Shellcheck):
    program = Program("shellcheck-that-nobody-has")


def test_a_program_that_is_missing_says_so_and_is_no_error() -> None:
    one, other = MissingShellcheck().check_many([Subject(BASH, "if\n"), Subject(BASH, "")])

    assert [(finding.severity, finding.line) for finding in one] == [(Severity.INFO, 0)]
    assert "not installed" in one[0].message
    assert one == other


def test_a_program_that_prints_something_else_did_not_finish() -> None:
    pytest.importorskip("resource")
    found = Ruff().check(Subject(AssemblyType.PYTHON, ""))
    assert found == []
    assert Program("false").run([], seconds=5) == b""


def test_output_and_time_of_a_program_are_bounded() -> None:
    pytest.importorskip("resource", reason="bounds of a process are POSIX")

    assert Program("yes").run(["x" * 1000], seconds=5) is None
    assert Program("sleep").run(["60"], seconds=1) is None
    assert len(Program("head").run(["-c", "1000", "/dev/zero"], seconds=5) or b"") == 1000 < MAX_OUTPUT_BYTES


def test_one_script_that_takes_too_much_hides_no_finding_of_another() -> None:
    heavy = "#!/bin/bash\nls $1\n" + "# nothing\n" * 5000
    reports = check_many([Subject(BASH, heavy), Subject(BASH, "#!/bin/bash\nif true; then\n")])

    assert reports[1].worst is Severity.ERROR
    assert [(one.rule, one.severity) for one in reports[0].findings] == [("shellcheck", Severity.INFO)]


def test_a_script_is_checked_the_same_alone_and_among_others() -> None:
    texts = ["#!/bin/sh\nls $1\n", "ls $1\n", "#!/bin/zsh\nls\n", "a=(1 2)\necho ${a[0]}\n"]
    subjects = [Subject(BASH, text) for text in texts]

    assert check_many(subjects) == [check(one) for one in subjects]
    assert check_many([None, subjects[0], None])[1] == check(subjects[0])


def test_findings_are_bounded_and_errors_come_before_others() -> None:
    many = [Finding("often", Severity.INFO, line, "x") for line in range(1, 5000)]
    many += [Finding(f"r{number}", Severity.WARNING, 1, "x") for number in range(300)]
    report = Report.of([*many, Finding("broken", Severity.ERROR, 9999, "x")])

    assert report.worst is Severity.ERROR
    assert report.count(Severity.WARNING) == 199
    assert sum(one.rule == "often" for one in Report.of(many[:100]).findings) == MAX_PER_RULE
    assert Report.from_json(report.json()) == report


def test_what_only_moved_is_nothing_new() -> None:
    before = Report.of([Finding("a", Severity.ERROR, 1, "x"), Finding("a", Severity.ERROR, 2, "x")])
    after = Report.of([Finding("a", Severity.ERROR, line, "x") for line in (5, 6, 7)])

    assert after.new_since(before) == Report.of([Finding("a", Severity.ERROR, 7, "x")])
    assert before.new_since(after) == Report()


def test_a_playbook_that_expands_itself_costs_nothing() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    with at_most(1):
        assert list(find_yaml_errors(bomb)) == []
        assert [one.severity for one in find_yaml_errors("[" * 5000)] == [Severity.ERROR]


@pytest.mark.parametrize(
    "hostile", [lambda: "curl " * 20_000, lambda: "'\"" * 50_000, lambda: "${A" * 30_000, lambda: "iex irm " * 12_000]
)
@pytest.mark.parametrize("language", [AssemblyType.POWERSHELL, AssemblyType.ANSIBLE])
def test_hostile_text_takes_seconds_at_most(hostile: Callable[[], str], language: AssemblyType) -> None:
    with at_most(5):
        check(Subject(language, hostile()))


def test_the_set_of_rules_names_the_programs() -> None:
    assert len(rule_set_version()) == 16
    assert Program("ruff").version.startswith("ruff ")
    assert Program("nobody-has-this").version == ""
