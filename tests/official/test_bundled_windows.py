"""PowerShell and batch scripts of the bundled catalogue hold together; PowerShell's own parser judges if present."""

import re
import shutil
import subprocess

import pytest

from tests.official.bundled_tree import Document, code_without_comments, documents, name_of

every_powershell = pytest.mark.parametrize("document", documents("powershell"), ids=name_of)
every_batch = pytest.mark.parametrize("document", documents("batch"), ids=name_of)

POWERSHELL_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"`]|`.|\"\")*\"|#[^\n]*|[(){}\[\]]", re.DOTALL)
CLOSING = {")": "(", "}": "{", "]": "["}


def unbalanced(script: str) -> list[str]:
    """Return the brackets outside strings and comments that lack their counterpart."""
    waiting: list[str] = []
    for token in POWERSHELL_TOKEN.findall(script):
        if token in CLOSING:
            if not waiting or waiting.pop() != CLOSING[token]:
                return [token]
        elif token in CLOSING.values():
            waiting.append(token)
    return waiting


def test_the_bracket_check_finds_a_missing_brace() -> None:
    assert unbalanced("if ($a) { 'it''s }' # }\n \"}\" }") == []
    assert unbalanced("if ($a) { '}' # }\n") == ["{"]
    assert unbalanced("if ($a) ]") == ["]"]


@every_powershell
def test_brackets_are_balanced(document: Document) -> None:
    assert unbalanced(document.script) == []


@every_powershell
def test_a_powershell_script_is_strict_and_tells_a_crash_from_a_finding(document: Document) -> None:
    script = document.script
    assert "Set-StrictMode -Version Latest" in script
    assert "$ErrorActionPreference = 'Stop'" in script
    assert re.search(r"^trap \{\n.*\n    exit 3\n\}$", script, re.MULTILINE)
    assert "exit 2" in script
    assert script.rstrip().endswith(("exit 0", "exit 1"))


@every_powershell
def test_a_powershell_script_avoids_modern_syntax_and_dangerous_commands(document: Document) -> None:
    script = code_without_comments(document.script, "#")
    for modern in (r"\?\?", r"\?\.", r"&& ", r"\|\| ", r"-Parallel\b"):
        assert not re.search(modern, script), modern
    for dangerous in ("Invoke-Expression", "iex ", "DownloadString", "Invoke-WebRequest", "Win32_Product"):
        assert dangerous not in script


def test_the_parser_of_powershell_accepts_every_script() -> None:
    powershell = shutil.which("pwsh")
    if powershell is None:
        pytest.skip("PowerShell is not installed")
    parse = (
        "[void][System.Management.Automation.Language.Parser]::ParseFile('{}', [ref]$null, [ref]$found); $all += $found"
    )
    steps = [
        "$all = @(); $found = $null",
        *(parse.format(document.script_path) for document in documents("powershell")),
    ]
    command = "; ".join([*steps, "$all | Out-String", "exit $all.Count"])
    answer = subprocess.run(
        [powershell, "-NoProfile", "-Command", command], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout


@every_batch
def test_a_batch_script_goes_only_to_labels_that_exist(document: Document) -> None:
    code = [line for line in document.script.splitlines() if not line.lower().startswith("rem ")]
    labels = {line[1:].strip() for line in code if line.startswith(":")}
    targets = set(re.findall(r"\b(?:call|goto) :(\w+)", "\n".join(code)))
    assert targets == labels
    blocks = [re.sub(r'"[^"]*"', "", line) for line in code]
    assert sum(line.count("(") for line in blocks) == sum(line.count(")") for line in blocks)


@every_batch
def test_a_batch_script_never_pastes_a_variable_into_a_command_line(document: Document) -> None:
    script = document.script
    assert script.startswith("@echo off\r\n")
    assert "setlocal EnableExtensions EnableDelayedExpansion\r\n" in script
    for name in document.variable_names:
        assert f"%{name}%" not in script
    assert "exit /b 2" in script
