"""AWX and Semaphore: projects of playbooks with an export of their templates."""

import json

from tests.importers.trees import documents, outcomes

PLAYBOOK = b"""\
---
- name: Patch hosts
  hosts: all
  vars:
    reboot: true
  tasks:
    - ansible.builtin.apt:
        upgrade: dist
"""
AWX = {
    "job_templates": [
        {
            "name": "Patch production",
            "description": "Upgrades packages.",
            "playbook": "site.yml",
            "timeout": 900,
            "limit": "production",
            "related": {
                "survey_spec": {
                    "name": "",
                    "description": "",
                    "spec": [
                        {"variable": "ring", "question_name": "Ring", "question_description": "Which hosts",
                         "type": "multiplechoice", "choices": ["a", "b"], "required": True, "default": "a"},
                        {"variable": "vault", "question_name": "Password", "type": "password", "default": "$x$"},
                    ],
                }
            },
        },
        {"name": "Missing", "playbook": "other.yml", "timeout": 0},
    ]
}  # fmt: skip
SEMAPHORE = {
    "templates": [
        {"name": "Patch", "app": "ansible", "playbook": "site.yml", "survey_vars": [
            {"name": "count", "title": "Count", "type": "int", "required": True},
            {"name": "mode", "title": "Mode", "type": "enum", "values": [{"name": "Fast", "value": "fast"}]}]},
        {"name": "Clean", "app": "bash", "playbook": "clean.sh"},
    ]
}  # fmt: skip


def test_a_template_of_awx_gives_its_playbook_a_name_and_its_survey() -> None:
    found = outcomes(
        {"export.json": json.dumps(AWX).encode(), "site.yml": PLAYBOOK, "roles/x/tasks/main.yml": b"- debug:\n"}
    )
    one = found["export.json › Patch production"].document
    assert one is not None
    assert (one.display_name, one.type_name, one.payload) == ("Patch production", "ansible", PLAYBOOK)
    assert (one.timeout_seconds, one.operating_systems) == (900, ["linux"])
    assert one.variables == [
        {"name": "ring", "type": "select", "required": True, "label": "Ring", "description": "Which hosts",
         "options": ["a", "b"], "default": "a"},
        {"name": "vault", "type": "credential", "required": False, "label": "Password"},
        {"name": "reboot", "type": "boolean", "required": False, "default": True},
    ]  # fmt: skip
    missing = found["export.json › Missing"].refusal
    assert missing is not None
    assert "other.yml" in missing.message
    # A role is no playbook, and nobody's fault.
    assert not found["roles/x/tasks/main.yml"].is_broken


def test_semaphore_s_templates_may_be_scripts() -> None:
    files = {"backup.json": json.dumps(SEMAPHORE).encode(), "site.yml": PLAYBOOK, "clean.sh": b"#!/bin/sh\nrm -f a\n"}
    found = documents(files)
    assert found.keys() == {"backup.json › Patch", "backup.json › Clean"}
    assert found["backup.json › Clean"].type_name == "bash"
    assert [one["name"] for one in found["backup.json › Patch"].variables] == ["count", "mode", "reboot"]
    assert found["backup.json › Patch"].variables[1]["options"] == ["fast"]


def test_playbooks_without_an_export_are_plain_files() -> None:
    one = documents({"site.yml": PLAYBOOK})["site.yml"]
    assert (one.display_name, one.aliases) == ("Patch hosts", ("import:trial:site.yml",))
