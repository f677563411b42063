"""The queue of work items, and their events."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.permit import get_permit
from assemblies.api.resource import LibraryResource
from assemblies.api.shapes import run_events
from assemblies.api.shapes import runs as shapes
from assemblies.audit_events import LibraryEvent
from assemblies.errors import InvalidField
from assemblies.execution import reading
from assemblies.execution.control import cancel_item_for, permit_cancel, reorder_for
from assemblies.execution.errors import WorkItemNotFound
from assemblies.execution.health import Health, with_health
from assemblies.execution.local import SERVER
from assemblies.execution.models import WorkItem, WorkItemEvent
from assemblies.execution.reading import Sight, get_item, item_line
from assemblies.permissions import Place, Verb
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.history import Source, items_on_target, newest_events_on_target
from assemblies.web.actors import actor_of
from assemblies.web.paging import page_head, part_of
from devmode.api.schema import described

RUNS = "runs"
ORDERS = {"queue": ("queue_position", "id")}


class RunResource(LibraryResource):
    """A resource about runs: what is told of them depends on who asks."""

    @property
    def sight(self) -> Sight:
        return Sight.of(actor_of(self.request))

    def is_from_target(self, wanted: Mapping[str, Any]) -> bool:
        """Say whether the persistence target is to be read. Raises Forbidden."""
        if wanted["source"] != Source.TARGET:
            return False
        get_permit(actor_of(self.request), TargetEvent.READ, Place.LIBRARY, verb=Verb.ADMINISTER)
        return True

    def told_of(self, item: WorkItem) -> bool:
        return self.sight.covers([item.target_device or SERVER])


class WorkItemViewSet(RunResource):
    """The work items of all runs."""

    lookup_field, lookup_value_converter = "work_item_hash", "str"

    @described(
        "List work items",
        operation_id="list_work_items",
        query=shapes.WorkItemQuery,
        answers={200: shapes.WorkItemList},
        tag=RUNS,
    )
    def list(self, request: Request) -> Response:
        """List work items; `source=target` reads the copy, which also has what retention removed here."""
        wanted = self.query()
        if self.is_from_target(wanted):
            found, count = items_on_target(
                item_filters(wanted), order=[_order_on_target(wanted)], offset=wanted["offset"], limit=wanted["limit"]
            )
            # Of what has ended there is none, and a copy says nothing of what has not.
            items = [(item, Health()) for item in found]
        else:
            rows = selected_items(wanted)
            items, count = list(with_health(list(part_of(rows, wanted)), now=timezone.now())), rows.count()
        lines = [item_line(item, health, told=self.told_of(item)) for item, health in items]
        head = page_head(request, wanted, count) | {"source": wanted["source"]}
        return Response(head | {"results": shapes.WorkItemAnswer(lines, many=True).data})

    @described("Count work items", operation_id="count_work_items", answers={200: shapes.Summary}, tag=RUNS)
    @action(detail=False)
    def summary(self, request: Request) -> Response:
        return Response(reading.summary())

    @described(
        "Read a work item",
        operation_id="read_work_item",
        query=shapes.SourceQuery,
        answers={200: shapes.WorkItemAlone},
        refusals=(401, 403, 404, 409, 503),
        tag=RUNS,
    )
    def retrieve(self, request: Request, work_item_hash: str) -> Response:
        wanted = self.query()
        if self.is_from_target(wanted):
            found, _count = items_on_target({"work_item_hash": work_item_hash.strip().lower()}, limit=1)
            if not found:
                raise WorkItemNotFound(work_item_hash=work_item_hash)
            item, health = found[0], Health()
        else:
            [(item, health)] = with_health([get_item(work_item_hash)], now=timezone.now())
        line = item_line(item, health, told=self.told_of(item)) | {"source": wanted["source"]}
        return Response(shapes.WorkItemAlone(line).data)

    @described(
        "Cancel a work item",
        operation_id="cancel_work_item",
        body=shapes.CancelBody,
        answers={200: shapes.WorkItemAnswer},
        refusals=(401, 403, 404, 413, 415, 503),
        tag=RUNS,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, work_item_hash: str) -> Response:
        item = get_item(work_item_hash)
        permit = permit_cancel(actor_of(request), item.actor)
        cancel_item_for(item, permit=permit, reason=self.body()["reason"])
        return self._answer(work_item_hash)

    @described(
        "Move a work item in the queue",
        operation_id="reorder_work_item",
        body=shapes.ReorderBody,
        answers={200: shapes.WorkItemAnswer},
        refusals=(401, 403, 404, 409, 413, 415, 503),
        tag=RUNS,
    )
    @action(detail=True, methods=["post"])
    def reorder(self, request: Request, work_item_hash: str) -> Response:
        """Move what waits: to the front or the end of the queue, or past its neighbour."""
        permit = get_permit(actor_of(request), LibraryEvent.REORDER_RUN, Place.LIBRARY, verb=Verb.ADMINISTER)
        reorder_for(get_item(work_item_hash), self.body()["direction"], permit=permit)
        return self._answer(work_item_hash)

    def _answer(self, work_item_hash: str) -> Response:
        [(item, health)] = with_health([get_item(work_item_hash)], now=timezone.now())
        return Response(shapes.WorkItemAnswer(item_line(item, health, told=self.told_of(item))).data)


class EventViewSet(RunResource):
    """What happened to work items, newest first."""

    @described(
        "List events",
        operation_id="list_events",
        query=run_events.EventQuery,
        answers={200: run_events.EventList},
        tag=RUNS,
    )
    def list(self, request: Request) -> Response:
        wanted = self.query()
        assembly, since, limit = wanted.get("assembly", ""), wanted.get("since"), wanted["limit"]
        rows: Iterable[WorkItemEvent]
        if self.is_from_target(wanted):
            rows = newest_events_on_target(assembly=assembly, since=since, limit=limit)
        else:
            rows = newest_events(assembly=assembly, since=since)[:limit]
        events = reading.events_of(rows, told=self.sight.on_server)
        return Response({"source": wanted["source"], "events": run_events.EventAnswer(events, many=True).data})


def newest_events(*, assembly: str, since: datetime | None) -> "QuerySet[WorkItemEvent]":
    rows = WorkItemEvent.objects.order_by("-emitted_at", "-seq")
    if since:
        rows = rows.filter(emitted_at__gte=since)
    return rows.filter(run_id__in=reading.run_ids_about(assembly)) if assembly else rows


def item_filters(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conditions of a WorkItemQuery."""
    target = wanted.get("target")
    filters = {
        "status": wanted.get("status"),
        "run_id": wanted.get("run"),
        "operation_hash": wanted.get("assembly"),
        "capability": wanted.get("capability"),
        "target_device": "" if target == SERVER else target,
        "actor": wanted.get("actor"),
        "enqueued_at__gte": wanted.get("since"),
    }
    return {name: value for name, value in filters.items() if value is not None}


def selected_items(wanted: Mapping[str, Any]) -> "QuerySet[WorkItem]":
    """Return the work items that a WorkItemQuery asks for."""
    rows = WorkItem.objects.filter(**item_filters(wanted))
    if wanted["ordering"] == "queue":
        rows = rows.claimable()
    return rows.order_by(*ORDERS.get(wanted["ordering"], (wanted["ordering"], "id")))


def _order_on_target(wanted: Mapping[str, Any]) -> str:
    order: str = wanted["ordering"]
    if order == "queue":
        raise InvalidField("A copy has no queue: order it by enqueued_at.", field="ordering")
    return order
