"""A library as it might be after some weeks: the bundled official catalogue, shared things, and people's own."""

from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from django.utils import timezone

from assemblies import documents
from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.execution.cancel import cancel_run
from assemblies.execution.models import Run
from assemblies.execution.states import EventType
from assemblies.execution.subject import subject_of_assembly
from assemblies.execution.submission import RunOptions, submit
from assemblies.journal.flush import flush
from assemblies.models import Assembly
from assemblies.official.open_source import open_source
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.execution.orders import carry_out
from tests.permits import may_clone, may_create, may_run, may_sync, may_update

BUNDLED = Path(__file__).parents[2] / "assemblies" / "official" / "bundled"
REPORT = r"""#!/usr/bin/env bash
# Reports the disks of this machine that are nearly full.
set -euo pipefail

limit="${LIMIT_PERCENT:-90}"
df --output=pcent,target --exclude-type=tmpfs | tail -n +2 | while read -r used target; do
    if (( ${used%\%} >= limit )); then
        echo "$target is at $used"
    fi
done
"""
PRINTED = b"fs1: / is at 91%\n\x1b[31mfs1: /var is at 97%\x1b[0m\n"
LATER = REPORT.replace("90", "85").replace('echo "$target is at $used"', 'echo "$HOSTNAME: $target is at $used"')
GRAPH = b"""{"nodes": [
 {"id": "start", "label": "Every night at two", "position": {"x": 0, "y": 80}},
 {"id": "report", "label": "Report full disks", "position": {"x": 260, "y": 0}},
 {"id": "clean", "label": "Clear old logs", "position": {"x": 260, "y": 160}},
 {"id": "mail", "label": "Mail the result", "position": {"x": 520, "y": 80}}],
 "edges": [{"id": "a", "source": "start", "target": "report"}, {"id": "b", "source": "start", "target": "clean"},
 {"id": "c", "source": "report", "target": "mail", "label": "any"},
 {"id": "d", "source": "clean", "target": "mail"}]}"""


@dataclass(frozen=True)
class Stocked:
    """Where to find what."""

    own: str
    official: str
    community: str
    workflow: str
    copy: str
    run: str


def stock(store: PayloadStore) -> Stocked:
    """Fill an empty library."""
    olga, keeper = (replace(Actor.of_command(""), name=name) for name in ("olga", "kim"))
    sync(open_source(str(BUNDLED)), permit=may_sync(keeper), store=store)
    official = Assembly.objects.filter(domain="official", assembly_type="powershell").order_by("display_name")[0].guid
    own = create(_report(), domain=Domain.USER, permit=may_create(olga), store=store).guid
    community = create(_community(), domain=Domain.COMMUNITY, permit=may_create(keeper), store=store).guid
    workflow = create(_workflow(), domain=Domain.USER, permit=may_create(olga), store=store).guid
    copy = clone(official, domain=Domain.USER, permit=may_clone(olga)).guid
    flush()
    update(own, {"summary": "Names every disk over the limit, with the host."}, payload=LATER.encode(),
           permit=may_update(olga), store=store)  # fmt: skip
    run = _run(own, keeper, store)
    return Stocked(own=own, official=official, community=community, workflow=workflow, copy=copy, run=run)


def _run(guid: str, keeper: Actor, store: PayloadStore) -> str:
    """Return a run that failed; another one of the same waits."""
    subject = subject_of_assembly(guid, None, store=store)
    runs = [
        submit(subject, RunOptions(reason="Disk alert"), permit=may_run(keeper), run_id=str(uuid4()))
        for _number in range(2)
    ]
    carry_out(PRINTED, event=EventType.FAILED, error="The script ended with exit code 2.")
    return runs[0].run_id


def _report() -> documents.Document:
    variables = [
        {"name": "LIMIT_PERCENT", "label": "Limit", "type": "number", "default": "90", "required": True,
         "description": "Disks this full are reported."},
        {"name": "FORMAT", "label": "Format", "type": "string", "default": "text", "choices": ["text", "csv"]},
    ]  # fmt: skip
    attachment = Attachment(file_name="hosts.csv", mime_type="text/csv", data=b"host,owner\nfs1,olga\n", extra={})
    return script(
        "Report full disks", REPORT.encode(), summary="Names every disk over the limit.", variables=variables,
        files=[attachment], tags=["disks", "nightly"],
    )  # fmt: skip


def _community() -> documents.Document:
    return script("Rotate logs", b"#!/bin/sh\nlogrotate --force /etc/logrotate.conf\n", tags=["logs"])


def _workflow() -> documents.Document:
    return script("Nightly clean-up", documents.parse_graph(GRAPH.decode(), "payload"), type_name="workflow",
                  category="workflow", tags=["nightly"])  # fmt: skip


def stock_without_waiting(library: PayloadStore) -> Stocked:
    """Fill a library in which no run waits."""
    stocked = stock(library)
    for run in Run.objects.live():
        cancel_run(run.run_id, actor="ada", reason="", now=timezone.now())
    return stocked
