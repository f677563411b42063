"""The page "Coming from elsewhere": each of its commands, run as it stands there on what it speaks of."""

import json
import re
import shlex
from pathlib import Path

import pytest

from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from tests.commands.calling import call
from tests.importers.test_awx import PLAYBOOK, SEMAPHORE
from tests.importers.test_doors import laid_out
from tests.importers.test_rundeck import JOBS
from tests.importers.test_tactical import INDEX, POWERSHELL

PAGE = Path(__file__).parents[2] / "docs" / "coming-from.md"
ASSEMBLY = {
    "assembly_guid": "a" * 32,
    "name": "Uptime",
    "type": "bash",
    "script": "uptime\n",
    "script_encoding": "plain",
}
# What each section finds, and how many assemblies that makes.
FOLDERS: dict[str, tuple[dict[str, bytes], int]] = {
    "a folder": ({"scripts/disk/clean.ps1": POWERSHELL, "scripts/report": b"#!/bin/sh\ndf\n"}, 2),
    "Tactical RMM": (
        {
            "community-scripts/community_scripts.json": json.dumps(INDEX[:1]).encode(),
            "community-scripts/scripts/Win_Clean.ps1": POWERSHELL,
        },
        1,
    ),
    "AWX": (
        {
            "project/backup.json": json.dumps({"templates": SEMAPHORE["templates"][:1]}).encode(),
            "project/site.yml": PLAYBOOK,
            "project/other.yml": PLAYBOOK.replace(b"Patch", b"Other"),
            "project/roles/a/tasks/main.yml": b"- debug:\n",
        },
        2,
    ),
    "Rundeck": ({"jobs/jobs.yaml": JOBS.split(b"    - jobref")[0]}, 3),
    "an existing Borealis": ({"Assemblies/scripts/uptime.json": json.dumps(ASSEMBLY).encode()}, 1),
}


def commands_of(section: str) -> list[list[str]]:
    text = PAGE.read_text().split(f"## Coming from {section}\n")[1].split("\n## ")[0]
    return [shlex.split(line)[2:] for line in re.findall(r"^manage\.py import_assemblies .*$", text, re.M)]


def test_no_section_is_left_out() -> None:
    assert re.findall(r"^## Coming from (.*)$", PAGE.read_text(), re.M) == list(FOLDERS)


@pytest.mark.parametrize("section", FOLDERS)
def test_its_commands_do_what_they_say(
    section: str, tmp_path: Path, library: PayloadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, count = FOLDERS[section]
    monkeypatch.chdir(laid_out(tmp_path / "work", files))
    for arguments in commands_of(section):
        called = call("import_assemblies", *arguments, "--json")
        assert (called.exit_code, len(called.answer["created"])) == (0, count), called.answer
        assert Assembly.objects.count() == (0 if "--dry-run" in arguments else count)
    again = call("import_assemblies", *commands_of(section)[-1], "--json").answer
    assert (again["created"], again["updated"], len(again["unchanged"])) == ([], [], count)
