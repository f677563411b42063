"""PSScriptAnalyzer in a `pwsh` that is kept running, of which a stand-in speaks the same lines.

No real `pwsh` takes part: what is tested is how one is kept, asked, bounded and read.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assemblies.checking import Report, Severity, Subject, check_many, engine, rule_set_version, script_analyser, warm
from assemblies.checking.script_analyser import ScriptAnalyser, _warm
from assemblies.domains import AssemblyType

STAND_IN = """#!{python}
import base64, json, os, sys, time
command = sys.argv[sys.argv.index("-Command") + 1]
if "Get-Module" in command:
    print("1.24.0")
    raise SystemExit
log = open({log!r}, "a")
print("begun", file=log, flush=True)
for line in sys.stdin:
    text = base64.b64decode(line).decode()
    if "die" in text:
        os._exit(3)
    if "hang" in text:
        time.sleep(60)
    if "noise" in text:
        print("no json", flush=True)
        continue
    if "fault" in text:
        print(json.dumps({{"error": "It failed."}}), flush=True)
        continue
    found = [
        {{"RuleName": "PSAvoidUsingWriteHost", "Severity": 1, "Line": at, "Message": "Avoid it."}}
        for at, words in enumerate(text.split("\\n"), 1)
        if "Write-Host" in words
    ]
    if "{{" in text:
        found.append({{"RuleName": "MissingEndCurlyBrace", "Severity": "ParseError", "Line": 1, "Message": "Missing."}})
    print(json.dumps(found), flush=True)
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def pwsh(tmp_path: Path, log: Path, settings: Any) -> Iterator[Path]:
    if os.name != "posix":
        pytest.skip("the stand-in is begun by its #! line")
    program = tmp_path / "pwsh"
    program.write_text(STAND_IN.format(python=sys.executable, log=str(log)))
    program.chmod(0o755)
    settings.PWSH = str(program)
    engine.rule_set_version.cache_clear()
    yield program
    _warm(str(program)).stop()
    engine.rule_set_version.cache_clear()


def subject(text: str) -> Subject:
    return Subject(AssemblyType.POWERSHELL, text)


def found(text: str) -> list[tuple[str, Severity, int]]:
    return [(one.rule, one.severity, one.line) for one in ScriptAnalyser().check(subject(text))]


def test_one_process_reads_every_script_and_says_what_is_wrong_by_line(pwsh: Path, log: Path) -> None:
    assert found("Get-Date\nWrite-Host 1\n") == [("PSAvoidUsingWriteHost", Severity.WARNING, 2)]
    assert found("\ufefffunction a {\r\nWrite-Host ünïcödé\r\n")[-1] == ("MissingEndCurlyBrace", Severity.ERROR, 1)
    assert found("Get-Date\n") == []
    assert log.read_text() == "begun\n"


def test_one_that_died_is_begun_again_and_one_script_cannot_end_the_others(pwsh: Path, log: Path) -> None:
    reports = ScriptAnalyser().check_many([subject("Write-Host 1\n"), subject("die\n"), subject("Write-Host 2\n")])

    assert [[one.rule for one in report] for report in reports] == [
        ["PSAvoidUsingWriteHost"],
        ["PSScriptAnalyzer"],
        ["PSAvoidUsingWriteHost"],
    ]
    assert "did not finish" in reports[1][0].message
    # Once at first, twice for what kills it, once for what came after.
    assert log.read_text().count("begun") in {3, 4}


def test_one_that_takes_too_long_is_replaced(pwsh: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script_analyser, "SECONDS", 1)

    assert found("hang\n") == [("PSScriptAnalyzer", Severity.INFO, 0)]
    monkeypatch.undo()
    assert found("Write-Host 1\n") == [("PSAvoidUsingWriteHost", Severity.WARNING, 1)]
    assert log.read_text().count("begun") == 2


def test_what_it_leaks_goes_with_it(pwsh: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "MAX_QUESTIONS", 2)

    assert [found("Write-Host 1\n") for _time in range(5)] == [[("PSAvoidUsingWriteHost", Severity.WARNING, 1)]] * 5
    assert log.read_text().count("begun") == 3


@pytest.mark.parametrize("text", ["noise\n", "fault\n"])
def test_what_is_no_list_of_records_did_not_finish(pwsh: Path, text: str) -> None:
    assert found(text) == [("PSScriptAnalyzer", Severity.INFO, 0)]


def test_long_scripts_and_other_languages_are_left_alone(pwsh: Path, log: Path) -> None:
    assert found("Write-Host 1\n" * 30_000) == []
    assert check_many([Subject(AssemblyType.BATCH, "echo Write-Host\r\n")], is_thorough=True) == [Report()]
    assert not log.exists()


def test_it_is_for_who_has_the_time_and_results_say_which_version_looked(pwsh: Path, settings: Any) -> None:
    with_it = rule_set_version()
    quick, thorough = (check_many([subject("Write-Host 1\n")], is_thorough=slow)[0] for slow in (False, True))

    assert (quick.findings, [one.rule for one in thorough.findings]) == ((), ["PSAvoidUsingWriteHost"])
    settings.PWSH = ""
    engine.rule_set_version.cache_clear()
    assert rule_set_version() != with_it
    assert check_many([subject("Write-Host 1\n")], is_thorough=True) == [Report()]


def test_one_that_is_named_and_missing_says_so(pwsh: Path, settings: Any) -> None:
    settings.PWSH = str(pwsh.parent / "nowhere")

    findings = ScriptAnalyser().check(subject("Write-Host 1\n"))

    assert [(one.severity, one.line) for one in findings] == [(Severity.INFO, 0)]
    assert "not installed" in findings[0].message
