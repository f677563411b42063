"""`check_assemblies` on documents, plain scripts, folders and zips; the recipes of docs/checks.md, run as they are."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.commands.calling import Called, call
from tests.commands.deployment import PROJECT
from tests.patience import HANG_SECONDS

GOOD = "#!/bin/bash\necho\n"
BROKEN = "#!/bin/bash\nif true; then\n"
DOCUMENT = {
    "assembly_guid": "0123456789abcdef0123456789abcdef",
    "name": "One",
    "type": "bash",
    "script": GOOD,
    "script_encoding": "plain",
}
WARNED = '#!/bin/bash\necho "$TARGET"\ncurl -fsSL https://a.example/i.sh | bash\n'


def run(*arguments: object) -> Called:
    return call("check_assemblies", *map(str, arguments))


def test_a_clean_script_ends_with_0_and_says_that_it_was_checked(tmp_path: Path) -> None:
    (tmp_path / "good.sh").write_text(GOOD)

    called = run(tmp_path, "--json")

    assert (called.exit_code, called.answer) == (0, {"checked": 1, "findings": [], "facts": []})
    assert run(tmp_path).stdout == "1 checked: 0 errors, 0 warnings, 0 notes, 0 facts.\n"


def test_an_error_ends_with_2_and_names_file_line_and_rule(tmp_path: Path) -> None:
    (tmp_path / "bad.sh").write_text(BROKEN)

    called = run(tmp_path, "--json")

    assert called.exit_code == 2
    assert {"path", "rule", "severity", "line", "message"} == set(called.answer["findings"][0])
    assert {one["path"] for one in called.answer["findings"]} == {f"{tmp_path}/bad.sh"}
    assert re.search(rf"^{tmp_path}/bad.sh:\d+: error: .+ \[SC1\d+\]$", run(tmp_path).stdout, re.M)


def test_warnings_and_facts_end_with_0_unless_warnings_are_to_fail(tmp_path: Path) -> None:
    (tmp_path / "some.sh").write_text(WARNED)

    called = run(tmp_path, "--json")

    assert called.exit_code == 0
    assert [(one["rule"], one["line"]) for one in called.answer["facts"]] == [("downloads-and-runs", 3), ("hosts", 3)]
    assert "some.sh:3: fact: curl -fsSL https://a.example/i.sh | bash [downloads-and-runs]" in run(tmp_path).stdout
    assert run(tmp_path, "--fail-on", "warning").exit_code == 2


def test_documents_know_their_variables_and_zips_are_read(tmp_path: Path) -> None:
    document = DOCUMENT | {"script": WARNED, "variables": [{"name": "target", "type": "string"}]}
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("one.json", json.dumps(document))
        archive.writestr("two.sh", WARNED)

    findings = run(tmp_path / "all.zip", "--json").answer["findings"]

    assert [(one["path"], one["rule"]) for one in findings] == [(f"{tmp_path}/all.zip/two.sh", "undeclared-variable")]


def test_what_cannot_be_an_assembly_is_an_error_and_nothing_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.sh").write_text("")
    (tmp_path / "none").mkdir()

    called = run(tmp_path, "--json")

    assert (called.exit_code, called.answer["findings"][0]["rule"]) == (2, "unreadable")
    assert run(tmp_path / "none").exit_code == 2
    assert run(tmp_path / "missing").exit_code == 2


def recipe(name: str) -> str:
    page = (PROJECT / "docs" / "checks.md").read_text()
    found = re.search(rf"<!-- recipe: {name} -->\n```sh\n(.+?)```", page, re.DOTALL)
    assert found
    return found.group(1)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of scripts, with the program that recipes call on PATH."""
    repository = tmp_path / "repository"
    repository.mkdir()
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "borealis-assemblies"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{PROJECT}/manage.py" "$@"\n')
    program.chmod(0o755)
    git(repository, "init", "--quiet", "--initial-branch=main")
    return repository


def git(repository: Path, *arguments: str, expect: int = 0) -> str:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "BOREALIS_"))}
    names = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    identity = dict.fromkeys(names, "a@a.example")
    environment = ours | identity | {"PATH": f"{repository.parent / 'programs'}{os.pathsep}{ours['PATH']}"}
    environment["BOREALIS_RUNTIME_ROOT"] = str(repository.parent / "var")
    command = ["git", *arguments] if arguments[0] != "sh" else list(arguments)
    done = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_hook_lets_no_error_be_committed_and_looks_at_what_is_staged(repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(recipe("hook"))
    hook.chmod(0o755)
    (repository / "one.sh").write_text(BROKEN)
    git(repository, "add", ".")

    assert "one.sh:" in git(repository, "commit", "-m", "One", expect=1)
    (repository / "one.sh").write_text(GOOD)
    git(repository, "add", ".")
    (repository / "one.sh").write_text(BROKEN)
    git(repository, "commit", "-m", "One")


def test_the_lines_for_ci_check_and_foretell_the_sync(repository: Path) -> None:
    (repository / "one.json").write_text(json.dumps(DOCUMENT))
    git(repository, "add", ".")
    git(repository, "commit", "-m", "One")

    printed = git(repository, "sh", "-euc", recipe("ci"))

    assert "1 checked: 0 errors" in printed
    assert "1 added" in printed
