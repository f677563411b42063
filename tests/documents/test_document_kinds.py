"""The kind follows from the type, then from what a document says of its kind, then from what it holds (H8)."""

from typing import Any

import pytest

from assemblies.documents import find_assembly_type, get_assembly_type, normalise_type
from assemblies.domains import AssemblyType, Kind
from assemblies.errors import InvalidDocument, InvalidField
from tests.documents.document_builders import authoring, encoded_workflow, envelope, graph, read

PLAY = "---\n- hosts: all\n"
SCRIPT = {"name": "x", "script": "echo"}

TABLE: dict[str, tuple[dict[str, Any], Kind, str]] = {
    "type powershell": (SCRIPT | {"type": "powershell"}, Kind.SCRIPT, "powershell"),
    "type in capitals": (SCRIPT | {"type": "PowerShell"}, Kind.SCRIPT, "powershell"),
    "type shell": (SCRIPT | {"type": "shell"}, Kind.SCRIPT, "bash"),
    "type batch": (SCRIPT | {"type": "batch"}, Kind.SCRIPT, "batch"),
    "type python": (SCRIPT | {"type": " python "}, Kind.SCRIPT, "python"),
    "an ansible document carries its playbook in script": (SCRIPT | {"type": "ansible"}, Kind.ANSIBLE, "ansible"),
    "type beats kind": (SCRIPT | {"type": "ansible", "assembly_kind": "script"}, Kind.ANSIBLE, "ansible"),
    "type beats nodes and edges": (SCRIPT | {"type": "bash"} | graph(), Kind.SCRIPT, "bash"),
    "type workflow beats a script": (encoded_workflow(script="x"), Kind.WORKFLOW, "workflow"),
    "subtype beats type": (
        envelope(SCRIPT, assembly_type="script", assembly_subtype="python"),
        Kind.SCRIPT,
        "python",
    ),
    "older envelope": (envelope(SCRIPT, assembly_type="batch", assembly_kind="script"), Kind.SCRIPT, "batch"),
    "the payload's type beats the envelope's": (
        envelope(SCRIPT | {"type": "ansible"}, assembly_type="script", assembly_subtype="powershell"),
        Kind.ANSIBLE,
        "ansible",
    ),
    "envelope of a flat workflow": (envelope(graph(), assembly_type="workflow"), Kind.WORKFLOW, "workflow"),
    "a languageless type": (SCRIPT | {"type": "script"}, Kind.SCRIPT, "powershell"),
    "an application": (SCRIPT | {"type": "application", "assembly_type": "bash"}, Kind.SCRIPT, "bash"),
    "kind ansible": (SCRIPT | {"kind": "ansible"}, Kind.ANSIBLE, "ansible"),
    "kind playbook": (SCRIPT | {"assembly_kind": "Playbook"}, Kind.ANSIBLE, "ansible"),
    "kind script": (SCRIPT | {"kind": "script"} | graph(), Kind.SCRIPT, "powershell"),
    "kind of the envelope": (envelope(SCRIPT, assembly_kind="ansible"), Kind.ANSIBLE, "ansible"),
    "nodes and edges": (graph() | {"script": "echo"}, Kind.WORKFLOW, "workflow"),
    "a workflow without type": (encoded_workflow(type=None), Kind.WORKFLOW, "workflow"),
    "script before playbook": (SCRIPT | {"playbook": PLAY}, Kind.SCRIPT, "powershell"),
    "a null script is none": ({"name": "x", "script": None, "playbook": PLAY}, Kind.ANSIBLE, "ansible"),
    "a playbook": ({"name": "x", "playbook": PLAY}, Kind.ANSIBLE, "ansible"),
    "tasks": ({"name": "x", "tasks": [{"ping": {}}]}, Kind.ANSIBLE, "ansible"),
    "roles": ({"name": "x", "roles": ["web"]}, Kind.ANSIBLE, "ansible"),
    "a shebang of bash": ({"name": "x", "script": "#!/bin/bash\n"}, Kind.SCRIPT, "bash"),
    "a shebang of python": ({"name": "x", "script": "\ufeff#!/usr/bin/env python3\n"}, Kind.SCRIPT, "python"),
    "a shebang of pwsh": ({"name": "x", "script": "#!/usr/bin/pwsh\n"}, Kind.SCRIPT, "powershell"),
    "a shebang of something else": ({"name": "x", "script": "#!/usr/bin/perl\n"}, Kind.SCRIPT, "powershell"),
    "echo off": ({"name": "x", "script": "@ECHO OFF\r\n"}, Kind.SCRIPT, "batch"),
}


@pytest.mark.parametrize("document, kind, assembly_type", TABLE.values(), ids=TABLE.keys())
def test_the_kind_and_language_of(document: dict[str, Any], kind: Kind, assembly_type: str) -> None:
    found = read(document)
    assert (found.kind, found.assembly_type) == (kind, assembly_type)


def test_the_type_is_kept_as_written() -> None:
    assert read(authoring(type="Shell")).type_name == "Shell"
    assert normalise_type("Shell") == "Shell"
    assert get_assembly_type("Shell") is AssemblyType.BASH
    assert find_assembly_type("cobol") is None


@pytest.mark.parametrize("word", ["cobol", " ", "power shell", "wor\u212aflow", 5, ["bash"]])
def test_an_unknown_type_is_refused_by_name(word: Any) -> None:
    with pytest.raises(InvalidField) as caught:
        read(authoring(type=word))
    assert caught.value.detail["field"] == "type"


@pytest.mark.parametrize(
    "document, field",
    [
        (envelope(SCRIPT, assembly_type="cobol"), "assembly_type"),
        (envelope(SCRIPT | {"type": "cobol"}), "payload.type"),
        (SCRIPT | {"kind": "novel"}, "kind"),
        (envelope(SCRIPT | {"kind": 5}), "payload.kind"),
    ],
)
def test_an_unknown_word_for_type_or_kind_is_refused_where_it_stands(document: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        read(document)
    assert caught.value.detail["field"] == field


@pytest.mark.parametrize("value", [0, "", False, []])
def test_a_type_that_is_no_word_reaches_no_lookup(value: Any) -> None:
    with pytest.raises(InvalidField):
        normalise_type(value)


@pytest.mark.parametrize("document", [{"name": "x"}, {"name": "x", "nodes": []}, envelope({})])
def test_a_document_that_holds_nothing_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read(document)
    assert caught.value.code == "not_an_assembly" or caught.value.detail["field"] == "payload.script"
