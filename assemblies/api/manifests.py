"""Manifests: what was pinned when a run was submitted, what it came to, and giving up a run that nobody answers for."""

from collections.abc import Iterable
from datetime import timedelta

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api.shapes import manifests as shapes
from assemblies.api.shapes.runs import CancelBody
from assemblies.api.work_items import RUNS, RunResource
from assemblies.execution import reading
from assemblies.execution.control import abandon_for, abandon_stale_for, permit_abandon
from assemblies.execution.models import Manifest
from assemblies.execution.reading import get_manifest, get_run
from assemblies.targets.history import manifests_on_target
from assemblies.web.actors import actor_of
from assemblies.web.paging import page_head, part_of
from devmode.api.schema import described


class ManifestViewSet(RunResource):
    """What was pinned when a run was submitted, and what it came to. Manifests are never deleted."""

    lookup_field, lookup_url_kwarg, lookup_value_converter = "hash", "manifest_hash", "str"

    @described(
        "List manifests",
        operation_id="list_manifests",
        query=shapes.ManifestQuery,
        answers={200: shapes.ManifestList},
        tag=RUNS,
    )
    def list(self, request: Request) -> Response:
        wanted, rows = self.query(), Manifest.objects.order_by("-start_time", "hash")
        if self.is_from_target(wanted):
            found, count = manifests_on_target({}, offset=wanted["offset"], limit=wanted["limit"])
        else:
            found, count = list(part_of(rows, wanted)), rows.count()
        lines = [reading.manifest_line(manifest) for manifest in found]
        head = page_head(request, wanted, count) | {"source": wanted["source"]}
        return Response(head | {"results": shapes.ManifestLine(lines, many=True).data})

    @described(
        "Read manifests",
        operation_id="read_manifests",
        body=shapes.BatchBody,
        answers={200: shapes.Batch},
        refusals=(401, 403, 413, 415, 503),
        tag=RUNS,
    )
    @action(detail=False, methods=["post"])
    def batch(self, request: Request) -> Response:
        """Answer with those that are known, at most 256, in the order of the request."""
        hashes = self.body()["hashes"]
        found = {manifest.hash: manifest for manifest in Manifest.objects.filter(hash__in=hashes)}
        return self._answer_all(found[one] for one in dict.fromkeys(hashes) if one in found)

    @described(
        "Abandon a run",
        operation_id="abandon_run",
        body=CancelBody,
        answers={200: shapes.ManifestAnswer},
        refusals=(401, 403, 404, 413, 415, 503),
        tag=RUNS,
    )
    @action(detail=True, methods=["post"])
    def abandon(self, request: Request, manifest_hash: str) -> Response:
        """Give up a run: what no worker answers for ends at once; a worker that does answer cancels its part first."""
        permit = permit_abandon(actor_of(request))
        manifest = get_manifest(manifest_hash)
        abandon_for(get_run(manifest.run_id), permit=permit, reason=self.body()["reason"])
        facts = reading.manifest_facts(get_manifest(manifest_hash), told=self.sight.on_server)
        return Response(shapes.ManifestAnswer(facts).data)

    @described(
        "Abandon stale runs",
        operation_id="abandon_stale_runs",
        body=shapes.AbandonStaleBody,
        answers={200: shapes.Batch},
        refusals=(401, 403, 413, 415, 503),
        tag=RUNS,
    )
    @action(detail=False, methods=["post"], url_path="abandon-stale")
    def abandon_stale(self, request: Request) -> Response:
        """Give up each run of which nothing was heard for so many hours, at most 500, oldest first."""
        permit = permit_abandon(actor_of(request))
        sent = self.body()
        silent_for = timedelta(hours=sent["hours"])
        runs = [run.run_id for run in abandon_stale_for(silent_for, permit=permit, reason=sent["reason"])]
        return self._answer_all(Manifest.objects.filter(run_id__in=runs).order_by("start_time", "hash"))

    def _answer_all(self, manifests: Iterable[Manifest]) -> Response:
        facts = [reading.manifest_facts(manifest, told=self.sight.on_server) for manifest in manifests]
        return Response(shapes.Batch({"manifests": facts}).data)
