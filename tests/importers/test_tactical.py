"""Tactical RMM: its catalogue's index next to the scripts, and what its API answers."""

import json
from typing import Any

from assemblies.errors import InvalidDocument
from tests.importers.trees import documents, outcomes

POWERSHELL = b"\xef\xbb\xbf# Cleans.\r\nparam([string]$Url, [string]$Mode = 'Soft', [int]$Days = 3)\r\n"
INDEX: list[dict[str, Any]] = [
    {
        "guid": "5a60c13b-1882-4a92-bdfb-6dd1f6a11dd14",
        "filename": "Win_Clean.ps1",
        "submittedBy": "https://example.org/someone",
        "name": "Disk - Clean up",
        "description": "Removes what nobody needs.",
        "shell": "powershell",
        "category": "TRMM (Win):Maintenance",
        "supported_platforms": ["windows"],
        "default_timeout": "300",
        "args": ["-Url {{client.url}}", "-Mode Hard", "first"],
        "env": ["LEVEL=2"],
        "syntax": "-Url <string>",
        "run_as_user": True,
    },
    {"guid": "8a08cee9-bdc8-4d7a-8389-a201bb8ac7f1", "filename": "all_report.py", "name": "Report",
     "description": "", "shell": "python", "supported_platforms": ["windows", "linux", "darwin"], "category": "All"},
    {"guid": "6e27d5341", "filename": "gone.bat", "name": "Gone", "shell": "cmd"},
    {"guid": "7", "filename": "modern.nu", "name": "Modern", "shell": "nushell"},
]  # fmt: skip
FILES = {
    "community_scripts.json": json.dumps(INDEX).encode(),
    "scripts/Win_Clean.ps1": POWERSHELL,
    "scripts/all_report.py": b'"""Reports."""\nprint(1)\n',
    "scripts/modern.nu": b"ls\n",
    "scripts_wip/Win_Draft.ps1": b"Get-Date\n",
}


def test_an_index_says_what_its_scripts_are() -> None:
    found = outcomes(FILES)
    one = found["scripts/Win_Clean.ps1"].document
    assert one is not None
    assert (one.display_name, one.summary, one.category) == (
        "Disk - Clean up", "Removes what nobody needs.", "TRMM (Win):Maintenance"
    )  # fmt: skip
    assert (one.payload, one.type_name, one.timeout_seconds) == (POWERSHELL, "powershell", 300)
    assert (one.operating_systems, one.run_as) == (["windows"], "user")
    # A GUID of 33 digits is a name as good as others.
    assert one.aliases == ("import:trial:scripts/Win_Clean.ps1", "tactical:5a60c13b-1882-4a92-bdfb-6dd1f6a11dd14")
    assert one.variables == [
        {"name": "Url", "type": "string", "required": False, "description": "Tactical RMM: {{client.url}}"},
        {"name": "Mode", "type": "string", "required": False, "default": "Hard"},
        {"name": "Days", "type": "number", "required": False, "default": 3},
        {"name": "LEVEL", "type": "string", "default": "2"},
    ]
    assert one.metadata["tactical"]["args"] == INDEX[0]["args"]


def test_what_it_cannot_be_is_refused_with_words_and_the_rest_comes_in() -> None:
    found = outcomes(FILES)
    report = found["scripts/all_report.py"].document
    assert report is not None
    assert set(report.operating_systems) == {"windows", "linux", "macos"}
    refused = {name: one.refusal.message for name, one in found.items() if one.refusal}
    assert refused == {
        "community_scripts.json › gone.bat": "The script that the index names is not there.",
        "scripts/modern.nu": "The library runs no nushell.",
    }
    assert isinstance(found["scripts/modern.nu"].refusal, InvalidDocument)
    # What the index does not name is a plain file.
    assert found["scripts_wip/Win_Draft.ps1"].document is not None
    assert "scripts_wip/Win_Draft.ps1" not in outcomes(FILES, tool="tactical")


def test_script_objects_of_the_api_hold_their_script() -> None:
    script = {
        "id": 7,
        "name": "Restart spooler",
        "description": "Restarts it.",
        "script_type": "userdefined",
        "shell": "cmd",
        "args": [],
        "category": "Printing",
        "default_timeout": 90,
        "supported_platforms": ["windows"],
        "run_as_user": False,
        "env_vars": ["QUEUE={{agent.queue}}"],
        "script_body": "@echo off\r\nnet stop spooler\r\n{{snippet}}\r\n",
    }
    found = documents({"scripts.json": json.dumps([script]).encode()})
    one = found["scripts.json › Restart spooler"]
    assert (one.type_name, one.payload.decode(), one.timeout_seconds) == ("batch", script["script_body"], 90)
    assert (one.display_name, one.category, one.run_as) == ("Restart spooler", "Printing", "")
    assert one.variables == [{"name": "QUEUE", "type": "string", "description": "Tactical RMM: {{agent.queue}}"}]


def test_json_that_only_looks_like_an_index_stays_what_it_was() -> None:
    odd = {"a.json": b'[{"shell": "bash", "filename": 1}, {"other": 2}]', "b.json": b'{"shell": "x", "script_body": '}
    assert all(one.refusal for one in outcomes(odd).values())
