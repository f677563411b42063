"""Runs: submit, watch, cancel, run again; what they printed and what they pinned."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.audit import record_denial
from assemblies.actions.permit import get_permit
from assemblies.actions.repetition import was_made
from assemblies.api.description import BYTES, IDEMPOTENCY_KEY
from assemblies.api.request_headers import event_of
from assemblies.api.responses import as_attachment
from assemblies.api.shapes import run_events
from assemblies.api.shapes import runs as shapes
from assemblies.api.shapes.manifests import ManifestAnswer
from assemblies.api.work_items import RUNS, RunResource
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.errors import Forbidden
from assemblies.execution import reading
from assemblies.execution.control import cancel_run_for, permit_cancel
from assemblies.execution.errors import RunNotFound
from assemblies.execution.models import Manifest, Run, WorkItem
from assemblies.execution.printed import chunk_line, output_after, raw_output
from assemblies.execution.reading import Sight, get_run, run_lines
from assemblies.execution.rerun import rerun
from assemblies.execution.subject import Subject, subject_of_assembly, subject_of_draft
from assemblies.execution.submission import RunOptions, submit
from assemblies.execution.targets import places_of
from assemblies.fleet.targets import resolve_target
from assemblies.permissions import Place, Verb
from assemblies.targets.history import events_of_run_on_target
from assemblies.web.actors import actor_of
from assemblies.web.deprecations import Deprecated, find_deprecated
from assemblies.web.lookups import get_entry
from assemblies.web.paging import page_head, part_of
from devmode.actor import Actor
from devmode.api.schema import described

# A run that was copied has fewer: at most 200 an attempt.
MAX_EVENTS = 100_000
READING_RUN = (401, 404, 503)
SUBMITTING = (401, 403, 404, 409, 413, 415, 422, 429, 503)


class RunViewSet(RunResource):
    """What was run, where, for whom, with what result."""

    lookup_field, lookup_value_converter = "run_id", "str"

    @described("List runs", operation_id="list_runs", query=shapes.RunQuery, answers={200: shapes.RunList}, tag=RUNS)
    def list(self, request: Request) -> Response:
        wanted = self.query()
        rows = selected_runs(wanted)
        lines = run_lines(list(part_of(rows, wanted)), self.sight)
        return Response(page_head(request, wanted, rows.count()) | {"results": shapes.RunAnswer(lines, many=True).data})

    @described(
        "Submit a run",
        operation_id="submit_run",
        body=shapes.NewRun,
        answers={201: shapes.StartedRun},
        parameters=(IDEMPOTENCY_KEY,),
        refusals=SUBMITTING,
        tag=RUNS,
    )
    def create(self, request: Request) -> Response:
        """Queue an assembly's revision, or a draft, to be run. The same Idempotency-Key is the same run."""
        actor = actor_of(request)
        # Somebody who may run nowhere is told so before anything they sent is read.
        get_permit(actor, LibraryEvent.RUN, Place.DEVICES, verb=Verb.RUN)
        sent, event = self.body(), event_of(request, actor)
        permit = get_permit(actor, LibraryEvent.RUN, *places_of(sent["targets"]), verb=Verb.RUN)
        was_made(event)
        options = RunOptions(
            **shapes.choices_of(sent),
            targets=sent["targets"],
            digest=event.digest if event else "",
            confirm_count=sent.get("confirm_count"),
        )
        run_id = event.guid if event else str(uuid4())
        run = submit(subject_of(sent), options, permit=permit, run_id=run_id, resolver=resolve_target)
        return self._made(run)

    @described("Read a run", operation_id="read_run", answers={200: shapes.RunAnswer}, refusals=READING_RUN, tag=RUNS)
    def retrieve(self, request: Request, run_id: str) -> Response:
        return self._answer(get_run(run_id))

    @described(
        "Read a run's events",
        operation_id="read_run_events",
        query=shapes.SourceQuery,
        answers={200: run_events.RunEvents},
        refusals=(401, 403, 404, 409, 503),
        tag=RUNS,
    )
    @action(detail=True)
    def events(self, request: Request, run_id: str) -> Response:
        """Read the events in order; `source=target` also those of a run that retention removed here."""
        wanted = self.query()
        if self.is_from_target(wanted):
            run_id = run_id.strip().lower()
            if not (found := events_of_run_on_target(run_id, limit=MAX_EVENTS)):
                raise RunNotFound(run_id=run_id)
            rows = reading.events_of(found, told=self.sight.on_server)
        else:
            run = get_run(run_id)
            run_id, rows = run.run_id, reading.events_of(reading.run_events(run), told=self.sight.covers(run.targets))
        events = run_events.EventAnswer(rows, many=True).data
        return Response({"run_id": run_id, "source": wanted["source"], "events": events})

    @described(
        "Read a run's timeline",
        operation_id="read_run_timeline",
        answers={200: run_events.Timeline},
        refusals=READING_RUN,
        tag=RUNS,
    )
    @action(detail=True)
    def timeline(self, request: Request, run_id: str) -> Response:
        run = get_run(run_id)
        return Response(run_events.Timeline({"run_id": run.run_id, "timeline": reading.timeline_of(run)}).data)

    @described(
        "Read a run's manifest",
        operation_id="read_run_manifest",
        answers={200: ManifestAnswer},
        refusals=READING_RUN,
        tag=RUNS,
    )
    @action(detail=True)
    def manifest(self, request: Request, run_id: str) -> Response:
        run = get_run(run_id)
        manifest = Manifest.objects.get(run_id=run.run_id)
        return Response(reading.manifest_facts(manifest, told=self.sight.covers(run.targets)))

    @described(
        "Read a run's output",
        operation_id="read_run_output",
        query=run_events.OutputQuery,
        answers={
            (200, "application/json"): run_events.OutputAnswer,
            **{key: BYTES[key] for key in BYTES if key != 304},
        },
        refusals=(401, 403, 404, 503),
        tag=RUNS,
    )
    @action(detail=True)
    def output(self, request: Request, run_id: str) -> HttpResponseBase:
        """Answer with the bytes as they were printed, or with `since` in chunks after that position."""
        run, wanted = get_run(run_id), self.query()
        require_sight(actor_of(request), run)
        if "since" in wanted:
            part = output_after(run, wanted["since"])
            return Response(
                {
                    "chunks": [chunk_line(chunk) for chunk in part.chunks],
                    "next": part.next,
                    "complete": part.is_complete,
                }
            )
        contents, end, dropped = raw_output(run)
        answer = as_attachment(StreamingHttpResponse(contents), f"{run.run_id}.txt")
        answer["X-Output-Next"], answer["X-Output-Dropped"] = str(end), str(dropped)
        return answer

    @described(
        "Cancel a run",
        operation_id="cancel_run",
        body=shapes.CancelBody,
        answers={200: shapes.RunAnswer},
        refusals=(401, 403, 404, 413, 415, 503),
        tag=RUNS,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, run_id: str) -> Response:
        """Cancel what waits at once, and what runs as soon as none of its processes is left."""
        run = get_run(run_id)
        permit = permit_cancel(actor_of(request), run.actor)
        cancel_run_for(run, permit=permit, reason=self.body()["reason"])
        return self._answer(get_run(run_id))

    @described(
        "Run again",
        operation_id="rerun",
        body=shapes.RerunBody,
        answers={201: shapes.StartedRun},
        parameters=(IDEMPOTENCY_KEY,),
        refusals=SUBMITTING,
        tag=RUNS,
    )
    @action(detail=True, methods=["post"])
    def rerun(self, request: Request, run_id: str) -> Response:
        """Run the same revision again with the same variables; credentials, which are not kept, are given again."""
        actor = actor_of(request)
        get_permit(actor, LibraryEvent.RUN, Place.DEVICES, verb=Verb.RUN)
        first = get_run(run_id)
        permit = get_permit(actor, LibraryEvent.RUN, *places_of(first.targets), verb=Verb.RUN)
        sent, event = self.body(), event_of(request, actor)
        was_made(event)
        run = rerun(
            first,
            only_failed=sent.get("only") == "failed",
            variables=sent["variables"],
            reason=sent["reason"],
            digest=event.digest if event else "",
            confirm_count=sent.get("confirm_count"),
            resolver=resolve_target,
            permit=permit,
            run_id=event.guid if event else str(uuid4()),
            store=payload_store(),
        )
        return self._made(run)

    def _made(self, run: Run) -> Response:
        [line] = run_lines([run], self.sight)
        items = WorkItem.objects.of_run(run.run_id).values_list("operation_hash", flat=True)
        warnings = [deprecation_line(one) for one in find_deprecated([run.assembly_guid, *items])]
        answer = Response(shapes.StartedRun(line | {"warnings": warnings}).data, status=201)
        answer["Location"] = self.request.build_absolute_uri(reverse("api-run-detail", args=[run.run_id]))
        return answer

    def _answer(self, run: Run, *, status: int = 200) -> Response:
        [line] = run_lines([run], self.sight)
        return Response(shapes.RunAnswer(line).data, status=status)


def deprecation_line(one: Deprecated) -> dict[str, Any]:
    """Return what the answer to a submission says of a deprecated assembly that it runs."""
    return {
        "code": "deprecated",
        "assembly_guid": one.entry.guid,
        "display_name": one.entry.content.display_name,
        "reason": one.reason,
        "replaced_by": one.successor.guid if one.successor else None,
    }


def subject_of(sent: Mapping[str, Any]) -> Subject:
    """Return what the body of a submission wants run."""
    if draft := sent.get("draft"):
        return subject_of_draft(
            draft["assembly_type"], draft["payload"], draft["variables"], max_bytes=settings.MAX_DOCUMENT_BYTES
        )
    entry = get_entry(sent["assembly_guid"])
    return subject_of_assembly(entry.guid, sent.get("revision"), store=payload_store())


def require_sight(actor: Actor, run: Run) -> None:
    """Raise Forbidden, audited, unless the contents of a run are told to them."""
    if not Sight.of(actor).covers(run.targets):
        refusal = Forbidden(_("Only administrators see what scripts on this server print."))
        record_denial(actor, LibraryEvent.READ_OUTPUT, refusal, guid=run.assembly_guid)
        raise refusal


def selected_runs(wanted: Mapping[str, Any]) -> "QuerySet[Run]":
    """Return the runs that a RunQuery asks for."""
    filters = {
        "status": wanted.get("status"),
        "run_id": wanted.get("run"),
        "assembly_guid": wanted.get("assembly"),
        "actor": wanted.get("actor"),
        "created_at__gte": wanted.get("since"),
    }
    rows = Run.objects.filter(**{name: value for name, value in filters.items() if value is not None})
    if target := wanted.get("target"):
        rows = rows.filter(run_id__in=reading.run_ids_on(target))
    if capability := wanted.get("capability"):
        rows = rows.filter(run_id__in=reading.run_ids_of(capability))
    return rows.order_by(wanted["ordering"], "run_id")
