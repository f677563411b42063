"""What plain scripts say of themselves, one sample for each language, and what is refused."""

import pytest

from assemblies.documents import Document
from assemblies.errors import InvalidDocument, NotAnAssembly
from assemblies.scripts import read_plain_script
from tests.patience import at_most

POWERSHELL = """#Requires -RunAsAdministrator
<#
.SYNOPSIS
    Clears temporary files.
.PARAMETER Days
    Age in days.
.NOTES
    Timeout: 10 min
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true, HelpMessage="Where")] [string] $Path, # the place, with a comma
    [ValidateSet('Soft', "Hard")][string]$Mode = 'Soft',
    [int]$Days = 30,
    [switch]$Force,
    $Stamp = (Get-Date),
    [System.Management.Automation.PSCredential]$Account
)
function Inner { param($Unseen) }
"""
SHELL = """#!/bin/bash
#
# Back up a database.
#
# Timeout: 900
set -e
TARGET=${TARGET:-/srv/backup}
: "${DB_NAME:?name of the database}"
while getopts "hu:v" opt; do
  case $opt in
    u) user="$OPTARG" ;;
    v) VERBOSE=1 ;;
  esac
done
"""
PYTHON = '''#!/usr/bin/env python3
"""Report disk use.

More words.
"""
import argparse
from tests.patience import at_most
parser = argparse.ArgumentParser()
parser.add_argument("--limit", "-l", type=int, default=80, help="Percent (used)")
parser.add_argument("path")
parser.add_argument("--mode", choices=["a", "b"], required=True)
parser.add_argument("--dry-run", action="store_true")
'''
BATCH = '@echo off\r\nrem Restarts the spooler.\r\nif not defined SERVICE set SERVICE=Spooler\r\nset /p "WHO=Who: "\r\n'
PLAYBOOK = """---
# Sets up web servers.
- name: Web servers
  hosts: web
  vars:
    port: 8080
    tls: true
  vars_prompt:
    - name: release
      prompt: Which release?
      private: false
      default: "1.0"
    - name: password
  tasks:
    - name: A task
      debug: {}
"""


def read(name: str, text: str | bytes) -> Document:
    content = text if isinstance(text, bytes) else text.encode()
    return read_plain_script(name, content, source="workshop", max_bytes=1 << 20)


def test_powershell_is_read_from_its_help_and_parameters() -> None:
    document = read("Windows/Clear-TempFiles.ps1", POWERSHELL)

    assert document.display_name == "Clear-TempFiles"
    assert (document.summary, document.type_name, document.timeout_seconds) == (
        "Clears temporary files.", "powershell", 600
    )  # fmt: skip
    assert document.variables == [
        {"name": "Path", "type": "string", "required": True, "description": "Where"},
        {"name": "Mode", "type": "select", "required": False, "default": "Soft", "options": ["Soft", "Hard"]},
        {"name": "Days", "type": "number", "required": False, "default": 30, "description": "Age in days."},
        {"name": "Force", "type": "boolean", "required": False},
        {"name": "Stamp", "type": "string", "required": False},
        {"name": "Account", "type": "credential", "required": False},
    ]
    assert document.extra == {"operating_systems": ["windows"]}
    assert document.aliases == ("import:workshop:Windows/Clear-TempFiles.ps1",)


def test_shell_is_read_from_its_comment_fallbacks_and_options() -> None:
    document = read("backup_db.sh", SHELL)

    assert (document.display_name, document.summary, document.timeout_seconds) == (
        "backup db", "Back up a database.", 900
    )  # fmt: skip
    assert document.variables == [
        {"name": "user", "type": "string", "required": False, "label": "-u"},
        {"name": "VERBOSE", "type": "boolean", "required": False, "label": "-v"},
        {"name": "TARGET", "type": "string", "required": False, "default": "/srv/backup"},
        {"name": "DB_NAME", "type": "string", "required": True, "description": "name of the database"},
    ]
    assert document.extra == {"operating_systems": ["linux"]}


def test_python_is_read_from_its_docstring_and_arguments() -> None:
    document = read("macos/report.py", PYTHON)

    assert (document.display_name, document.summary) == ("report", "Report disk use.")
    assert document.variables == [
        {"name": "limit", "type": "number", "required": False, "default": 80,
         "label": "--limit", "description": "Percent (used)"},
        {"name": "path", "type": "string", "required": True},
        {"name": "mode", "type": "select", "required": True, "label": "--mode", "options": ["a", "b"]},
        {"name": "dry_run", "type": "boolean", "required": False, "label": "--dry-run"},
    ]  # fmt: skip
    assert document.operating_systems == ["macos"]


def test_batch_is_read_from_its_remarks_and_prompts() -> None:
    document = read("spooler.cmd", BATCH)

    assert (document.summary, document.type_name) == ("Restarts the spooler.", "batch")
    assert document.variables == [
        {"name": "WHO", "type": "string", "required": False, "label": "Who"},
        {"name": "SERVICE", "type": "string", "required": False, "default": "Spooler"},
    ]
    assert document.payload == BATCH.encode()


def test_a_playbook_is_read_from_its_first_play() -> None:
    document = read("site.yml", PLAYBOOK)

    assert (document.display_name, document.summary, document.type_name) == (
        "Web servers", "Sets up web servers.", "ansible"
    )  # fmt: skip
    assert document.variables == [
        {"name": "release", "type": "string", "required": False, "default": "1.0", "label": "Which release?"},
        {"name": "password", "type": "credential", "required": True},
        {"name": "port", "type": "number", "required": False, "default": 8080},
        {"name": "tls", "type": "boolean", "required": False, "default": True},
    ]


@pytest.mark.parametrize(
    ("line", "type_name"),
    [
        ("#!/bin/sh", "bash"),
        ("#!/usr/bin/env -S bash -e", "bash"),
        ("#! /usr/bin/python3.11", "python"),
        ("#!/usr/bin/env pwsh\r", "powershell"),
    ],
)
def test_a_file_without_an_ending_has_the_language_of_its_first_line(line: str, type_name: str) -> None:
    assert read("bin/tool", f"{line}\ntrue\n").type_name == type_name


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("tool", b"#!/usr/bin/perl\n1;\n", NotAnAssembly, "no interpreter that the library runs"),
        ("vars.yml", b"port: 80\n", NotAnAssembly, "no play with hosts"),
        ("empty.sh", b" \n", InvalidDocument, "is empty"),
        ("page.ps1", b"<!DOCTYPE html><html></html>", InvalidDocument, "HTML page"),
        ("big.py", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", InvalidDocument, "LFS pointer"),
        ("wide.ps1", "Write-Host".encode("utf-16"), InvalidDocument, "not UTF-8"),
    ],
)
def test_what_is_no_script_is_refused_by_name(
    name: str, content: bytes, error: type[InvalidDocument], words: str
) -> None:
    with pytest.raises(error, match=words):
        read(name, content)


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("a.ps1", "param("), ("a.ps1", "<#"), ("a.ps1", "[[("), ("a.ps1", '@"\n'), ("a.ps1", ".PARAMETER x\n#"),
        ("a.py", ".add_argument(("), ("a.py", '"""'), ("a.py", "# \n"), ("a.sh", "${A:-"), ("a.sh", "getopts a"),
        ("a.cmd", "set /p a"), ("a.yml", "- hosts: a\n  vars:\n"), ("a.yml", " " * 50 + "a"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_read_in_bounded_time(name: str, piece: str) -> None:
    text = "- hosts: all\n" if name.endswith(".yml") else ""
    text += piece * ((1 << 19) // len(piece))
    with at_most(1):
        read(name, text)
