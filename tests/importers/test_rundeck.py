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
