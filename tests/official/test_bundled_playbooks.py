"""Bundled playbooks are what Ansible expects: plays of named tasks, each with one known module and known parameters."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.official.bundled_tree import Document, documents, name_of

every_playbook = pytest.mark.parametrize("document", documents("ansible"), ids=name_of)

PLAY_KEYS = {"name", "hosts", "become", "gather_facts", "serial", "max_fail_percentage", "vars", "handlers", "tasks"}
TASK_KEYS = {"name", "when", "register", "changed_when", "failed_when", "check_mode", "loop", "loop_control", "notify"}
TASK_KEYS |= {"run_once", "environment", "block", "become", "no_log", "tags"}
FILE_KEYS = {"owner", "group", "mode", "follow"}
MODULES = {
    "ansible.builtin.apt": {"name", "state", "update_cache", "cache_valid_time", "lock_timeout", "upgrade"},
    "ansible.builtin.assert": {"that", "fail_msg", "success_msg", "quiet"},
    "ansible.builtin.blockinfile": {"path", "marker", "block", "create", "backup", "insertafter"} | FILE_KEYS,
    "ansible.builtin.command": {"argv", "chdir", "creates", "removes"},
    "ansible.builtin.copy": {"dest", "content", "backup", "validate"} | FILE_KEYS,
    "ansible.builtin.debug": {"msg", "var"},
    "ansible.builtin.dnf": {"name", "state", "security", "update_only", "lock_timeout", "update_cache"},
    "ansible.builtin.file": {"path", "state"} | FILE_KEYS,
    "ansible.builtin.getent": {"database", "key", "fail_key", "split"},
    "ansible.builtin.lineinfile": {"path", "line", "regexp", "create", "state", "validate"} | FILE_KEYS,
    "ansible.builtin.meta": {"free_form"},
    "ansible.builtin.package": {"name", "state"},
    "ansible.builtin.ping": {"data"},
    "ansible.builtin.reboot": {"reboot_timeout", "msg", "pre_reboot_delay", "post_reboot_delay", "test_command"},
    "ansible.builtin.replace": {"path", "regexp", "replace", "after", "before", "backup"} | FILE_KEYS,
    "ansible.builtin.service": {"name", "state", "enabled"},
    "ansible.builtin.set_fact": set(),  # any name may be set
    "ansible.builtin.setup": {"gather_subset", "gather_timeout", "filter"},
    "ansible.builtin.stat": {"path", "follow", "get_checksum"},
    "ansible.builtin.user": {"name", "shell", "groups", "append", "create_home", "state", "password_lock"},
}
TEMPLATE = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
# Words of the expression language, filters, tests, and what Ansible itself defines.
LANGUAGE = set(
    "and or not in is if else true false none for endfor default bool int string lower trim split map".split()
)
LANGUAGE |= set("select reject list length match splitlines defined".split())
MAGIC = {"ansible_facts", "ansible_check_mode", "inventory_hostname", "item"}


def plays_of(document: Document) -> list[dict[str, Any]]:
    plays = yaml.safe_load(document.script)
    assert isinstance(plays, list)
    return plays


def tasks_of(play: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting = [*play.get("handlers", []), *play["tasks"]]
    while waiting:
        task = waiting.pop(0)
        yield task
        waiting.extend(task.get("block", []))


def expressions_of(value: Any, *, bare: bool = False) -> Iterator[str]:
    """Yield what the expression language evaluates: text in braces, and whole values where none are expected."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from expressions_of(inner, bare=key in {"when", "that", "changed_when", "failed_when"})
    elif isinstance(value, list):
        for inner in value:
            yield from expressions_of(inner, bare=bare)
    elif isinstance(value, str):
        yield from [value] if bare else ["".join(found) for found in TEMPLATE.findall(value)]


def names_in(expression: str) -> set[str]:
    without_text = re.sub(r"'[^']*'|\"[^\"]*\"", "", expression)
    # What follows a dot is an attribute, what follows a bar is a filter.
    return set(re.findall(r"(?<![\w.])(?<!\| )[A-Za-z_]\w*", without_text)) - LANGUAGE


def defined_by(play: dict[str, Any]) -> set[str]:
    names = set(play.get("vars", {}))
    for task in tasks_of(play):
        names |= {task["register"]} if "register" in task else set()
        names |= set(task.get("ansible.builtin.set_fact", {}))
    for expression in expressions_of(play):
        names |= set(re.findall(r"\bfor (\w+) in\b", expression))
    return names


def test_names_are_found_in_expressions() -> None:
    assert names_in(" (A | split(',') | map('trim')) + facts['B'].c ") == {"A", "facts"}
    play = {"tasks": [{"when": "X | bool", "m": {"that": ["Y"], "msg": "a {{ Z }} b"}}]}
    assert [expression.strip() for expression in expressions_of(play)] == ["X | bool", "Y", "Z"]


@every_playbook
def test_a_playbook_is_a_list_of_named_plays_with_tasks(document: Document) -> None:
    assert document.script.startswith("---\n")
    plays = plays_of(document)
    assert plays
    for play in plays:
        assert set(play) <= PLAY_KEYS
        assert play["name"].strip()
        assert play["hosts"]
        assert isinstance(play["gather_facts"], bool)
        assert play["tasks"]


@every_playbook
def test_every_task_has_a_name_and_one_known_module_with_known_parameters(document: Document) -> None:
    for play in plays_of(document):
        for task in tasks_of(play):
            assert task["name"][0].isupper()
            modules = [key for key in task if key not in TASK_KEYS]
            if "block" in task:
                assert modules == []
                continue
            assert len(modules) == 1, task["name"]
            (module,) = modules
            assert module in MODULES, module
            parameters = task[module]
            if isinstance(parameters, dict) and MODULES[module]:
                assert set(parameters) <= MODULES[module], task["name"]
            elif not MODULES[module]:
                assert parameters
            else:
                assert parameters in (None, "flush_handlers", "end_host")


@every_playbook
def test_every_name_used_is_declared_and_every_declared_one_is_used(document: Document) -> None:
    plays = plays_of(document)
    used = {name for play in plays for expression in expressions_of(play) for name in names_in(expression)}
    known = set().union(*(defined_by(play) for play in plays)) | MAGIC
    assert used - known == document.variable_names


@every_playbook
def test_every_notified_handler_exists(document: Document) -> None:
    for play in plays_of(document):
        notified = {task["notify"] for task in tasks_of(play) if "notify" in task}
        assert notified == {handler["name"] for handler in play.get("handlers", [])}


@every_playbook
def test_commands_are_fixed_lists_and_say_when_they_change_something(document: Document) -> None:
    for play in plays_of(document):
        for task in tasks_of(play):
            if "ansible.builtin.command" in task:
                assert isinstance(task["ansible.builtin.command"]["argv"], list)
                assert "changed_when" in task


@every_playbook
def test_what_changes_a_host_asks_for_the_rights_it_needs(document: Document) -> None:
    changing = {"apt", "dnf", "package", "user", "file", "copy", "lineinfile", "blockinfile", "service", "reboot"}
    for play in plays_of(document):
        modules = {key.rpartition(".")[2] for task in tasks_of(play) for key in task}
        assert play.get("become", False) == bool(modules & changing)


@every_playbook
def test_what_a_play_itself_names_has_a_default(document: Document) -> None:
    """Ansible evaluates it before there are any variables, when it only checks the syntax."""
    for play in plays_of(document):
        of_the_play = {key: value for key, value in play.items() if key not in {"tasks", "handlers", "vars"}}
        assert all("default(" in expression for expression in expressions_of(of_the_play))
