"""Which program runs a script, and the `#!` line that may name another one."""

import os
import sys
from pathlib import Path

import pytest

from assemblies.supervision import Content, Language, Outcome, find_interpreters, runnable
from assemblies.supervision.errors import InterpreterMissing
from assemblies.supervision.interpreters import command_for
from tests.supervision.runs import bash, exited, run


@pytest.fixture
def programs(tmp_path: Path) -> str:
    """A PATH with a program for every language."""
    for name in ("bash", "sh", "python3", "pwsh", "ansible-playbook", "perl"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    return str(tmp_path)


def command(language: Language, content: bytes, path: str, files: tuple[str, ...] = ()) -> list[str]:
    return command_for(language, Path("/run/script"), content, list(files), Path("/run/values.yml"), path)


def test_each_language_has_its_command(programs: str) -> None:
    assert command(Language.BASH, b"true", programs) == [f"{programs}/bash", "/run/script"]
    assert command(Language.PYTHON, b"pass", programs) == [f"{programs}/python3", "/run/script"]
    assert command(Language.POWERSHELL, b"#!/usr/bin/env nothing\n", programs) == [
        f"{programs}/pwsh", "-NoLogo", "-NoProfile", "-NonInteractive", "-File", "/run/script",
    ]  # fmt: skip
    playbook = [f"{programs}/ansible-playbook", "-i", "localhost,", "--connection", "local"]
    assert command(Language.ANSIBLE, b"", programs) == [*playbook, "--extra-vars", "@/run/values.yml", "/run/script"]
    assert command(Language.ANSIBLE, b"", programs, ("hosts.ini", "a.j2"))[1:3] == ["-i", "hosts.ini"]


def test_a_language_without_a_program_here_is_not_offered_and_not_run(tmp_path: Path) -> None:
    with pytest.raises(InterpreterMissing):
        command(Language.POWERSHELL, b"", str(tmp_path))
    assert Language.BATCH not in find_interpreters()
    result = run(bash("echo", language=Language.BATCH)).result
    assert (result.outcome, result.code) == (Outcome.NOT_STARTED, "interpreter_missing")


def test_the_first_line_names_the_program(programs: str) -> None:
    assert command(Language.BASH, b"#!/bin/sh -e\n", programs) == ["/bin/sh", "-e", "/run/script"]
    assert command(Language.BASH, b"#! /usr/bin/env -S perl -w\n", programs) == [
        "/usr/bin/env", "-S perl -w", "/run/script",
    ]  # fmt: skip


def test_a_first_line_whose_program_is_missing_stands_for_its_family_and_no_other(programs: str) -> None:
    assert command(Language.PYTHON, b"#!/opt/nowhere/python3.9\n", programs) == [f"{programs}/python3", "/run/script"]
    assert command(Language.BASH, b"#!/opt/nowhere/zsh\n", programs) == [f"{programs}/bash", "/run/script"]
    with pytest.raises(InterpreterMissing, match="ruby"):
        command(Language.BASH, b"#!/usr/bin/env ruby\n", programs)


def test_python_is_the_systems_never_the_librarys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Path(sys.prefix, "bin")
    assert sys.prefix != sys.base_prefix and (own / "python3").exists()
    monkeypatch.setenv("PATH", f"{own}{os.pathsep}{os.environ['PATH']}")
    for first_line in ("", "#!/usr/bin/env python3\n", f"#!{own}/python3\n"):
        heard = exited(bash(f"{first_line}import sys; print(sys.prefix)", language=Language.PYTHON))
        assert heard.text().decode().strip() != sys.prefix
    assert not find_interpreters()[Language.PYTHON].startswith(sys.prefix)


@pytest.mark.parametrize(
    ("stored", "run_as"),
    [
        (b"#!/bin/bash\r\necho a\r\necho b\r\n", b"#!/bin/bash\necho a\necho b\n"),
        (b"\xef\xbb\xbf#!/bin/bash\necho a\r\n", b"#!/bin/bash\necho a\r\n"),
        (b"\xef\xbb\xbf#!/bin/bash\r\necho a\r\n", b"#!/bin/bash\necho a\n"),
        (b"#!/bin/bash\necho a\r\n", b"#!/bin/bash\necho a\r\n"),
        (b"echo a\r\n", b"echo a\r\n"),
        (b"#!/bin/bash\rcr only", b"#!/bin/bash\rcr only"),
        (b"", b""),
    ],
)
def test_line_ends_are_repaired_only_where_the_first_line_needs_it(stored: bytes, run_as: bytes) -> None:
    assert runnable(Language.BASH, stored) == run_as
    assert runnable(Language.POWERSHELL, stored) == stored


def test_a_repaired_script_runs_and_the_hash_of_what_ran_is_told() -> None:
    stored = b'#!/usr/bin/env -S bash -e\r\necho "as $0"\r\nfalse\r\necho never\r\n'
    heard = exited(bash(stored))
    assert heard.text() == f"as {heard.directory}/script.sh\n".encode()
    assert heard.result.exit_code == 1
    assert heard.started.executed_sha256 == Content.of(stored.replace(b"\r\n", b"\n")).sha256


def test_a_script_is_named_apart_from_its_files_and_finds_them_next_to_it() -> None:
    files = {"script.py": Content.of(b"raise SystemExit(9)"), "mylib.py": Content.of(b"WORD = 'found'")}
    heard = exited(bash("import mylib, sys; print(mylib.WORD, sys.argv[0])", language=Language.PYTHON, files=files))
    assert heard.text() == f"found {heard.directory}/script-2.py\n".encode()


def test_arguments_of_the_interpreter_stand_before_the_script(programs: str) -> None:
    def with_arguments(language: Language, content: bytes = b"") -> list[str]:
        values = Path("/run/values.yml")
        return command_for(language, Path("/run/script"), content, [], values, programs, arguments=("-a", "b c"))

    assert with_arguments(Language.BASH) == [f"{programs}/bash", "-a", "b c", "/run/script"]
    assert with_arguments(Language.BASH, b"#!/bin/sh -e\n") == ["/bin/sh", "-e", "-a", "b c", "/run/script"]
    assert with_arguments(Language.POWERSHELL)[-4:] == ["-a", "b c", "-File", "/run/script"]
    assert with_arguments(Language.ANSIBLE)[:3] == [f"{programs}/ansible-playbook", "-a", "b c"]


def test_a_run_uses_them() -> None:
    heard = run(bash("case $- in *u*) echo strict;; esac", interpreter_arguments=("-u",)))
    assert heard.text() == b"strict\n"
