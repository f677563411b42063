"""Persistence targets: which there are, which one gets the copy, and how the copy is. For administrators."""

from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.permit import get_permit
from assemblies.api.resource import LibraryResource
from assemblies.api.shapes import persistence as shapes
from assemblies.permissions import Place, Verb
from assemblies.targets.administration import (
    add_connection,
    create_target,
    get_connection,
    get_target,
    permit_persistence,
)
from assemblies.targets.assignment import assign, clear, find_assignment
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.flushing import flush_now, permit_flush
from assemblies.targets.models import PersistenceTarget
from assemblies.targets.schema import ensure_schema_for
from assemblies.targets.status import persistence_status
from assemblies.web.actors import actor_of
from devmode.api.schema import described

TAG = "persistence"
DECIDING = (400, 401, 403, 404, 409, 413, 415, 503)
FLUSH_SECONDS = 10


class PersistenceResource(LibraryResource):
    """What is about targets is for administrators, also to be read."""

    def require_administrator(self, request: Request) -> None:
        get_permit(actor_of(request), TargetEvent.READ, Place.LIBRARY, verb=Verb.ADMINISTER)


class TargetViewSet(PersistenceResource):
    """The databases that may get a copy of what was run."""

    @described(
        "List persistence targets",
        operation_id="list_persistence_targets",
        answers={200: shapes.TargetList},
        refusals=(401, 403, 503),
        tag=TAG,
    )
    def list(self, request: Request) -> Response:
        self.require_administrator(request)
        targets = PersistenceTarget.objects.prefetch_related("connections")
        return Response({"targets": shapes.TargetLine(targets, many=True).data})

    @described(
        "Add a persistence target",
        operation_id="create_persistence_target",
        body=shapes.NewTarget,
        answers={201: shapes.TargetLine},
        refusals=DECIDING,
        tag=TAG,
    )
    def create(self, request: Request) -> Response:
        """Needs Dev Mode. No password is stored: `secret_ref` names the environment variable that has it."""
        permit = permit_persistence(actor_of(request), TargetEvent.CREATE)
        target = create_target(self.body(), permit=permit, now=timezone.now())
        return Response(shapes.TargetLine(target).data, status=201)


class ConnectionViewSet(PersistenceResource):
    """The databases of one target."""

    @described(
        "List connections of a target",
        operation_id="list_persistence_connections",
        answers={200: shapes.ConnectionList},
        refusals=(401, 403, 404, 503),
        tag=TAG,
    )
    def list(self, request: Request, target_id: int) -> Response:
        self.require_administrator(request)
        connections = get_target(target_id).connections.all()
        return Response({"connections": shapes.ConnectionLine(connections, many=True).data})

    @described(
        "Add a connection to a target",
        operation_id="create_persistence_connection",
        body=shapes.NewConnection,
        answers={201: shapes.ConnectionLine},
        refusals=DECIDING,
        tag=TAG,
    )
    def create(self, request: Request, target_id: int) -> Response:
        """Needs Dev Mode. The database may be offline; one of the library's own is refused."""
        permit = permit_persistence(actor_of(request), TargetEvent.CONNECT)
        target, sent = get_target(target_id), self.body()
        connection = add_connection(target, sent["database"], name=sent["name"], permit=permit, now=timezone.now())
        return Response(shapes.ConnectionLine(connection).data, status=201)


class PersistenceViewSet(PersistenceResource):
    """The assignment, and how the copy is."""

    @described(
        "Read how the copy is",
        operation_id="read_persistence_status",
        answers={200: shapes.PersistenceStatus},
        refusals=(401, 403, 503),
        tag=TAG,
    )
    @action(detail=False)
    def status(self, request: Request) -> Response:
        """Asking never opens the target."""
        self.require_administrator(request)
        return Response(shapes.PersistenceStatus(persistence_status()).data)

    @described(
        "Choose the database that gets the copy",
        operation_id="assign_persistence_target",
        body=shapes.AssignBody,
        answers={200: shapes.Assigned},
        refusals=DECIDING,
        tag=TAG,
    )
    @action(detail=False, methods=["post"])
    def assign(self, request: Request) -> Response:
        """Needs Dev Mode. A target that is offline is accepted: it gets the copy once it answers."""
        permit = permit_persistence(actor_of(request), TargetEvent.ASSIGN)
        chosen, dropped, now = self.body()["connection_id"], 0, timezone.now()
        if chosen is not None:
            dropped = assign(get_connection(chosen), permit=permit, now=now)
        elif find_assignment() is not None:
            dropped = clear(permit=permit_persistence(actor_of(request), TargetEvent.CLEAR), now=now)
        return Response(shapes.Assigned(persistence_status() | {"dropped": dropped}).data)

    @described(
        "Make sure of a target's tables",
        operation_id="ensure_persistence_schema",
        body=shapes.EnsureBody,
        answers={200: shapes.SchemaReportAnswer},
        refusals=DECIDING,
        tag=TAG,
    )
    @action(detail=False, methods=["post"], url_path="ensure-schema", url_name="ensure-schema")
    def ensure_schema(self, request: Request) -> Response:
        """Create what is missing; nothing is removed or changed. Needs Dev Mode."""
        permit = permit_persistence(actor_of(request), TargetEvent.ENSURE)
        sent = self.body()
        report = ensure_schema_for(
            get_connection(sent["connection_id"]), permit=permit, dry_run=sent["dry_run"], now=timezone.now()
        )
        return Response(shapes.SchemaReportAnswer(report.json()).data)

    @described(
        "Copy at once what is to be copied",
        operation_id="flush_persistence",
        answers={200: shapes.PersistenceStatus},
        refusals=(401, 403, 409, 503),
        tag=TAG,
    )
    @action(detail=False, methods=["post"])
    def flush(self, request: Request) -> Response:
        """Wait for it, ten seconds at most."""
        permit_flush(actor_of(request))
        return Response(shapes.PersistenceStatus(flush_now(patience_seconds=FLUSH_SECONDS)).data)
