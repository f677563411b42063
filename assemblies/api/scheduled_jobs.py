"""Jobs: what runs when, in the calls of older clients."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.permit import get_permit
from assemblies.api.shapes import scheduled_jobs as shapes
from assemblies.api.shapes.runs import RunAnswer
from assemblies.api.work_items import RunResource
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.execution.reading import run_lines
from assemblies.execution.targets import places_of
from assemblies.permissions import Place, Verb
from assemblies.schedules import jobs as verbs
from assemblies.schedules.errors import NothingRan
from assemblies.schedules.jobs import get_job
from assemblies.schedules.models import Job
from assemblies.schedules.reading import (
    MAX_OCCURRENCES,
    device_lines,
    get_occurrence,
    job_lines,
    occurrence_lines,
    seconds,
)
from assemblies.schedules.rerunning import rerun_occurrence
from assemblies.web.actors import actor_of
from assemblies.web.saving_jobs import saving_of
from devmode.api.schema import described

TAG = "schedules"
READING_JOB = (401, 404, 503)
SAVING = (401, 403, 404, 409, 412, 413, 415, 503)


class ScheduledJobViewSet(RunResource):
    """Jobs and what they ran."""

    lookup_field, lookup_value_converter = "job_id", "int"

    @described("List jobs", operation_id="list_scheduled_jobs", answers={200: shapes.JobList}, tag=TAG)
    def list(self, request: Request) -> Response:
        rows = list(Job.objects.prefetch_related("components"))
        return Response({"jobs": shapes.Job(job_lines(rows, self.sight), many=True).data})

    @described(
        "Add a job",
        operation_id="create_scheduled_job",
        body=shapes.JobBody,
        answers={201: shapes.JobAnswer},
        refusals=SAVING,
        tag=TAG,
    )
    def create(self, request: Request) -> Response:
        """Add a job. With the target `server` it needs what such a run needs, and pins the content of what it runs."""
        saving = saving_of(request, LibraryEvent.CREATE_JOB)
        return self._answer(verbs.create_job(shapes.fields_of(self.body()), saving), status=201)

    @described(
        "Read a job",
        operation_id="read_scheduled_job",
        answers={200: shapes.JobAnswer},
        refusals=READING_JOB,
        tag=TAG,
    )
    def retrieve(self, request: Request, job_id: int) -> Response:
        return self._answer(get_job(job_id))

    @described(
        "Replace a job",
        operation_id="update_scheduled_job",
        body=shapes.JobBody,
        answers={200: shapes.JobAnswer},
        refusals=SAVING,
        tag=TAG,
    )
    def update(self, request: Request, job_id: int) -> Response:
        """Replace a job as a whole, and confirm the content of what it runs."""
        get_permit(actor_of(request), LibraryEvent.CHANGE_JOB, Place.LIBRARY, verb=Verb.SCHEDULE)
        get_job(job_id)
        sent = self.body()
        saving = saving_of(request, LibraryEvent.CHANGE_JOB, expected_revision=sent.get("revision"))
        return self._answer(verbs.change_job(job_id, shapes.fields_of(sent), saving))

    @described(
        "Delete a job",
        operation_id="delete_scheduled_job",
        answers={204: None},
        refusals=(401, 403, 404, 503),
        tag=TAG,
    )
    def destroy(self, request: Request, job_id: int) -> Response:
        """Delete a job with its history. Its runs go on, and stay with their manifests."""
        verbs.delete_job(job_id, saving_of(request, LibraryEvent.DELETE_JOB))
        return Response(status=204)

    @described(
        "Enable or disable a job",
        operation_id="toggle_scheduled_job",
        body=shapes.ToggleBody,
        answers={200: shapes.JobAnswer},
        refusals=SAVING,
        tag=TAG,
    )
    @action(detail=True, methods=["post"])
    def toggle(self, request: Request, job_id: int) -> Response:
        """Enable or disable a job. Enabling confirms the content of what it runs."""
        get_permit(actor_of(request), LibraryEvent.ENABLE_JOB, Place.LIBRARY, verb=Verb.SCHEDULE)
        enabled = self.body()["enabled"]
        saving = saving_of(request, LibraryEvent.ENABLE_JOB if enabled else LibraryEvent.DISABLE_JOB)
        return self._answer(verbs.toggle_job(job_id, enabled=enabled, saving=saving))

    @described(
        "List what a job ran",
        operation_id="list_scheduled_job_runs",
        query=shapes.OccurrenceQuery,
        answers={200: shapes.OccurrenceList},
        refusals=READING_JOB,
        tag=TAG,
    )
    @action(detail=True)
    def runs(self, request: Request, job_id: int) -> Response:
        """List occurrences, newest first, 1000 at most: everything scheduled since then, future times included."""
        rows = get_job(job_id).occurrences.visible().select_related("job")
        if (days := self.query().get("days")) is not None:
            rows = rows.filter(scheduled_at__gte=timezone.now() - timedelta(days=days))
        return Response(
            {"runs": shapes.OccurrenceAnswer(occurrence_lines(list(rows[:MAX_OCCURRENCES])), many=True).data}
        )

    @described(
        "Hide what a job ran",
        operation_id="hide_scheduled_job_runs",
        answers={204: None},
        refusals=(401, 403, 404, 503),
        tag=TAG,
    )
    @runs.mapping.delete  # type: ignore[untyped-decorator]
    def hide_runs(self, request: Request, job_id: int) -> Response:
        """Hide what a job ran up to now. Nothing is deleted."""
        verbs.hide_occurrences(job_id, saving_of(request, LibraryEvent.HIDE_OCCURRENCES))
        return Response(status=204)

    @described(
        "List the targets of an occurrence",
        operation_id="list_scheduled_job_devices",
        query=shapes.DeviceQuery,
        answers={200: shapes.DeviceList},
        refusals=READING_JOB,
        tag=TAG,
    )
    @action(detail=True)
    def devices(self, request: Request, job_id: int) -> Response:
        """List what an occurrence did on each target; of reruns the newest counts."""
        job, wanted = get_job(job_id), self.query().get("occurrence")
        try:
            row = get_occurrence(job, wanted)
        except NothingRan:
            return Response({"occurrence": None, "scheduled_ts": None, "devices": []})
        lines = shapes.DeviceLine(device_lines(row, self.sight), many=True).data
        return Response({"occurrence": row.pk, "scheduled_ts": seconds(row.scheduled_at), "devices": lines})

    @described(
        "Run an occurrence again",
        operation_id="rerun_scheduled_job",
        body=shapes.RerunOccurrenceBody,
        answers={201: shapes.Reruns},
        refusals=(401, 403, 404, 409, 413, 415, 429, 503),
        tag=TAG,
    )
    @action(detail=True, methods=["post"])
    def rerun(self, request: Request, job_id: int) -> Response:
        """Run the same again where it ran, or what of it failed; more than 25 devices are confirmed by their number."""
        actor = actor_of(request)
        get_permit(actor, LibraryEvent.RUN, Place.DEVICES, verb=Verb.RUN)
        job = get_job(job_id)
        permit = get_permit(actor, LibraryEvent.RUN, *places_of(job.targets), verb=Verb.RUN)
        sent = self.body()
        row = get_occurrence(job, sent.get("occurrence"))
        again = rerun_occurrence(
            row,
            only_failed="only" in sent,
            confirm_count=sent.get("confirm_count"),
            permit=permit,
            store=payload_store(),
            reason=sent["reason"],
        )
        return Response({"runs": RunAnswer(run_lines(again, self.sight), many=True).data}, status=201)

    def _answer(self, job: Job, *, status: int = 200) -> Response:
        [line] = job_lines([job], self.sight)
        return Response({"job": shapes.Job(line).data}, status=status)
