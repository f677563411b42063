"""What administrators decide: install codes, and requests for enrolment."""

from typing import Any

from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api.fleet import shapes
from assemblies.api.resource import LibraryResource
from assemblies.audit_events import LibraryEvent
from assemblies.fleet import approvals
from assemblies.fleet.audit import permit_of
from assemblies.fleet.install_codes import delete_code, make_code
from assemblies.fleet.models import DeviceApproval, InstallCode
from assemblies.web.actors import actor_of
from devmode.api.schema import described

DEVICES = "devices"
DECIDING = (401, 403, 404, 409, 413, 415, 503)


class InstallCodeViewSet(LibraryResource):
    """Codes with which devices may ask to be enrolled."""

    lookup_field, lookup_value_converter = "code_id", "int"

    @described(
        "List install codes",
        operation_id="list_install_codes",
        answers={200: shapes.CodeList},
        refusals=(401, 403, 503),
        tag=DEVICES,
    )
    def list(self, request: Request) -> Response:
        """The codes themselves are not in it: only their digests are stored."""
        permit_of(actor_of(request), LibraryEvent.MAKE_CODE)
        rows = InstallCode.objects.filter(expires_at__gt=timezone.now())
        return Response({"codes": shapes.CodeAnswer(rows, many=True).data})

    @described(
        "Make an install code",
        operation_id="make_install_code",
        body=shapes.NewCode,
        answers={201: shapes.MadeCodeAnswer},
        refusals=(401, 403, 413, 415, 503),
        tag=DEVICES,
    )
    def create(self, request: Request) -> Response:
        permit = permit_of(actor_of(request), LibraryEvent.MAKE_CODE)
        sent = self.body()
        made = make_code(sent["ttl_hours"], sent["max_uses"], permit=permit, now=timezone.now())
        row = made.row
        line = {"id": row.pk, "code": made.code, "expires_at": row.expires_at, "max_uses": row.max_uses, "uses": 0}
        return Response(shapes.MadeCodeAnswer(line).data, status=201)

    @described(
        "Delete an install code",
        operation_id="delete_install_code",
        answers={204: None},
        refusals=(401, 403, 404, 409, 503),
        tag=DEVICES,
    )
    def destroy(self, request: Request, code_id: int) -> Response:
        permit = permit_of(actor_of(request), LibraryEvent.DELETE_CODE)
        delete_code(code_id, permit=permit, now=timezone.now())
        return Response(status=204)


class ApprovalViewSet(LibraryResource):
    """Requests of devices to be enrolled."""

    lookup_field, lookup_value_converter = "approval_id", "int"

    @described(
        "List requests for enrolment",
        operation_id="list_device_approvals",
        query=shapes.ApprovalQuery,
        answers={200: shapes.ApprovalList},
        refusals=(401, 403, 503),
        tag=DEVICES,
    )
    def list(self, request: Request) -> Response:
        permit_of(actor_of(request), LibraryEvent.APPROVE_DEVICE)
        wanted = self.query().get("status")
        rows = approvals.list_requests(wanted.value if wanted else "", now=timezone.now())
        taken = approvals.conflicting_names(rows)
        return Response({"approvals": [approval_line(row, row.hostname.lower() in taken) for row in rows]})

    @described(
        "Approve a device",
        operation_id="approve_device",
        body=shapes.ApproveBody,
        answers={200: shapes.ApprovalAnswer},
        refusals=DECIDING,
        tag=DEVICES,
    )
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, approval_id: int) -> Response:
        """Make a device of a request. Send the fingerprint that was compared: another one is refused."""
        permit = permit_of(actor_of(request), LibraryEvent.APPROVE_DEVICE)
        sent = self.body()
        decision = approvals.Decision(
            fingerprint=sent["fingerprint"],
            hostname=sent["hostname"],
            guid=approvals.read_device_guid(sent["guid"]) if sent["guid"] else "",
            resolution=sent["conflict_resolution"],
        )
        return Response(
            approval_line(approvals.approve(approval_id, decision, permit=permit, now=timezone.now()), False)
        )

    @described(
        "Deny a device",
        operation_id="deny_device",
        answers={200: shapes.ApprovalAnswer},
        refusals=DECIDING,
        tag=DEVICES,
    )
    @action(detail=True, methods=["post"])
    def deny(self, request: Request, approval_id: int) -> Response:
        """Refuse a request; the use of its code is free again."""
        permit = permit_of(actor_of(request), LibraryEvent.DENY_DEVICE)
        return Response(approval_line(approvals.deny(approval_id, permit=permit, now=timezone.now()), False))


def approval_line(approval: DeviceApproval, hostname_conflict: bool) -> dict[str, Any]:
    line = {
        "id": approval.pk,
        "approval_reference": approval.approval_reference,
        "hostname": approval.hostname,
        "fingerprint": approval.fingerprint,
        "status": approval.status,
        "created_at": approval.created_at,
        "hostname_conflict": hostname_conflict,
        "guid": approval.device and approval.device.guid,
    }
    return dict(shapes.ApprovalAnswer(line).data)
