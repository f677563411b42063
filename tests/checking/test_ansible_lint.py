"""ansible-lint, where it is installed; what it prints is read the same where it is not."""

import json
from typing import Any

import pytest

from assemblies.checking import Finding, Severity, Subject, check_many
from assemblies.checking.ansible_lint import AnsibleLint
from assemblies.checking.programs import Program
from assemblies.domains import AssemblyType

PLAY = "- name: A play\n  hosts: all\n  tasks:\n    - shell: ls\n"


class MissingAnsibleLint(AnsibleLint):
    program = Program("ansible-lint-that-nobody-has")


def issue(name: str, line: Any, words: str, *, path: str = "0.yml", kinds: tuple[str, ...] = ("idiom",)) -> Any:
    place = {"path": path} | line
    return {"check_name": name, "categories": list(kinds), "severity": "major", "description": words, "location": place}


def test_what_it_prints_is_read_with_its_lines_and_what_lies_elsewhere_is_left_out() -> None:
    printed = [
        issue("name[casing]", {"positions": {"begin": {"line": 1, "column": 9}}}, "Names begin large."),
        issue("no-free-form", {"lines": {"begin": 4}}, "Avoid it.", kinds=("syntax", "risk")),
        issue("syntax-check[specific]", {"lines": {"begin": 7}}, "conflicting action statements in /tmp/x/0.yml"),
        issue("syntax-check[specific]", {"lines": {"begin": 7}}, "the role 'common' was not found in /tmp/x/roles"),
        issue("load-failure[filenotfounderror]", {"lines": {"begin": 1}}, "", path="other.yml"),
    ]

    assert list(AnsibleLint().read(json.dumps(printed).encode())) == [
        ("0.yml", Finding("ansible-lint-name-casing", Severity.INFO, 1, "Names begin large.")),
        ("0.yml", Finding("ansible-lint-no-free-form", Severity.WARNING, 4, "Avoid it.")),
        (
            "0.yml",
            Finding(
                "ansible-lint-syntax-check-specific", Severity.WARNING, 7, "conflicting action statements in 0.yml"
            ),
        ),
    ]


def test_one_that_is_missing_says_nothing_for_it_is_optional() -> None:
    assert MissingAnsibleLint().check_many([Subject(AssemblyType.ANSIBLE, PLAY)] * 2) == [[], []]


@pytest.mark.skipif(not AnsibleLint.program.version, reason="ansible-lint is not installed")
def test_playbooks_are_checked_together_and_alone_the_same() -> None:
    subjects = [Subject(AssemblyType.ANSIBLE, text) for text in (PLAY, PLAY + "    - yum: name=httpd\n")]

    together = AnsibleLint().check_many(subjects)

    assert {one.rule for one in together[0]} >= {"ansible-lint-command-instead-of-shell"}
    assert together == [AnsibleLint().check(one) for one in subjects]
    quick, thorough = (check_many(subjects[:1], is_thorough=slow)[0] for slow in (False, True))
    assert (quick.findings, {one.rule for one in thorough.findings}) == ((), {one.rule for one in together[0]})
