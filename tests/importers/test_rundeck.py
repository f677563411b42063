"""Rundeck: jobs, each a workflow with an assembly for each of its script steps."""

import pytest

from assemblies.documents import graph_of
from assemblies.errors import InvalidField
from assemblies.execution.graph import plan_of
from tests.importers.trees import documents, outcomes

JOBS = b"""\
- name: Nightly
  group: ops/db
  uuid: 7F9B2A00-0000-4000-8000-000000000001
  description: Backs up
  timeout: 1h 30m
  loglevel: INFO
  options:
  - name: target
    label: Target
    required: true
    value: db1
    enforced: true
    values: [db1, db2]
  - name: password
    secure: true
    value: hidden
  sequence:
    keepgoing: false
    strategy: node-first
    commands:
    - description: Dump
      fileExtension: .py
      script: |-
        #!/usr/bin/env python3
        print("@option.target@")
    - exec: gzip -9 dump.sql
    - jobref:
        name: Report
        group: ops
    - scriptfile: tools/clean.sh
    - scriptfile: /srv/elsewhere.sh
"""
FILES = {"jobs.yaml": JOBS, "tools/clean.sh": b"#!/bin/sh\nrm -f dump.sql\n"}


def test_each_script_step_is_an_assembly_and_the_job_a_workflow_of_them() -> None:
    found = outcomes(FILES)
    title = "jobs.yaml › ops/db/Nightly"
    first, second, fourth = (found[f"{title} › {number}"].document for number in (1, 2, 4))
    job = found[title].document
    assert first and second and fourth and job
    assert (first.display_name, first.type_name, first.category) == ("Dump", "python", "ops/db")
    assert first.payload == b'#!/usr/bin/env python3\nprint("@option.target@")'
    assert (first.timeout_seconds, second.payload, second.type_name) == (5400, b"gzip -9 dump.sql\n", "bash")
    assert fourth.payload == FILES["tools/clean.sh"]
    assert first.variables == [
        {"name": "target", "type": "select", "required": True, "label": "Target", "default": "db1",
         "options": ["db1", "db2"]},
        {"name": "password", "type": "credential", "required": False},
    ]  # fmt: skip
    elsewhere = found[f"{title} › 5"].refusal
    assert elsewhere is not None
    assert "/srv/elsewhere.sh" in elsewhere.message
    assert (job.display_name, job.summary, job.type_name) == ("Nightly", "Backs up", "workflow")
    nodes = graph_of(job.payload)["nodes"]
    assert [node["data"].get("assembly_guid") for node in nodes[:4]] == [first.guid, second.guid, None, fourth.guid]
    # What is not here keeps the whole from being run.
    with pytest.raises(InvalidField, match="Step 3"):
        plan_of(job.payload)


def test_a_job_of_scripts_alone_can_be_run_in_their_order() -> None:
    found = documents({"jobs.yaml": JOBS.split(b"    - jobref")[0]})
    *steps, job = found.values()
    planned = plan_of(job.payload).assemblies
    assert [node.assembly_guid for node in planned] == [step.guid for step in steps]
    assert planned[1].after == (planned[0].node_id,)


def test_a_job_is_the_same_one_wherever_its_file_lies() -> None:
    there = documents({"jobs.yaml": JOBS.split(b"    - jobref")[0]}, source="one")
    here = documents({"moved/all.yml": JOBS.split(b"    - jobref")[0]}, source="two")
    assert sorted(one.guid or "" for one in there.values()) == sorted(one.guid or "" for one in here.values())


def test_yaml_that_grows_or_nests_without_bound_is_nobody_s_export() -> None:
    grows = b"a: &a [x, x]\nb: &b [*a, *a]\nsequence:\n  commands: [*b, *b]\n"
    nests = b"sequence:\n  commands:\n    " + b"[" * 5000 + b"]" * 5000 + b"\n"
    for text in (grows, nests):
        assert not outcomes({"x.yml": text})["x.yml"].is_broken


def test_steps_right_below_the_sequence_and_a_file_of_one_job_are_read_too() -> None:
    bare = b"- name: Old\n  uuid: u-1\n  sequence:\n  - exec: uptime\n  - script: |-\n      echo hi\n"
    alone = b"name: Alone\nsequence:\n  commands:\n  - exec: df -h\n"
    no_job = b"name: Music\nsequence:\n- note: c\n- note: e\n"

    found = outcomes({"bare.yaml": bare, "alone.yml": alone, "music.yaml": no_job})

    guids = {name: one.document.guid for name, one in found.items() if one.document}
    read = {name: one.document.payload for name, one in found.items() if one.document and "\u203a" in name}
    assert [read[f"bare.yaml \u203a Old \u203a {number}"] for number in (1, 2)] == [b"uptime\n", b"echo hi"]
    assert read["alone.yml \u203a Alone \u203a 1"] == b"df -h\n"
    nodes = [node["data"]["assembly_guid"] for node in graph_of(read["bare.yaml \u203a Old"])["nodes"]]
    assert nodes == [guids[f"bare.yaml \u203a Old \u203a {number}"] for number in (1, 2)]
    assert not any(name.startswith("music.yaml \u203a") for name in found)
