"""Requests for enrolment: the fingerprint to compare, the name to give, the decision."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assemblies.admin.fleet.frame import grouped, render_fleet, told_on
from assemblies.admin.page import refusals_as_pages, require_administrator
from assemblies.audit_events import LibraryEvent
from assemblies.fleet.approvals import (
    HOSTNAME,
    Decision,
    Resolution,
    approve,
    conflicting_names,
    deny,
    list_requests,
)
from assemblies.fleet.audit import permit_of
from assemblies.fleet.models import ApprovalStatus, DeviceApproval
from assemblies.web.actors import actor_of

MAX_DECIDED = 50
TONES = {
    ApprovalStatus.APPROVED: "queued",
    ApprovalStatus.COMPLETED: "good",
    ApprovalStatus.DENIED: "bad",
    ApprovalStatus.EXPIRED: "deleted",
}


@dataclass(frozen=True)
class Line:
    """A request as the page shows it; `in_conflict` where an enrolled device has the name."""

    approval: DeviceApproval
    in_conflict: bool

    @property
    def fingerprint(self) -> str:
        return grouped(self.approval.fingerprint)

    @property
    def name(self) -> str:
        """What to approve it as: the reported name where it may be one."""
        return self.approval.hostname if HOSTNAME.fullmatch(self.approval.hostname) else ""

    @property
    def label(self) -> str:
        return str(ApprovalStatus(self.approval.status).label)

    @property
    def tone(self) -> str:
        return TONES.get(ApprovalStatus(self.approval.status), "queued")


@require_safe
@refusals_as_pages
def approvals_page(request: HttpRequest) -> HttpResponse:
    require_administrator(request)
    rows = list_requests(now=timezone.now())
    taken = conflicting_names(rows)
    lines = [Line(row, row.hostname.lower() in taken) for row in rows]
    return render_fleet(
        request,
        "approvals.html",
        title=_("Requests for enrolment"),
        here="device_approvals",
        waiting=[line for line in lines if line.approval.status == ApprovalStatus.PENDING],
        decided=[line for line in lines if line.approval.status != ApprovalStatus.PENDING][:MAX_DECIDED],
    )


@require_POST
@told_on("admin:device_approvals")
def approval_approve(request: HttpRequest, approval_id: int) -> HttpResponse:
    permit = permit_of(actor_of(request), LibraryEvent.APPROVE_DEVICE)
    resolution = request.POST.get("conflict_resolution", "")
    decision = Decision(
        # The one that the page showed: should it be another one by now, nothing is approved.
        fingerprint=request.POST.get("fingerprint", ""),
        hostname=request.POST.get("hostname", "").strip(),
        resolution=Resolution(resolution) if resolution in set(Resolution) else None,
    )
    approval = approve(approval_id, decision, permit=permit, now=timezone.now())
    name = approval.device.hostname if approval.device else ""
    messages.success(request, _("Approved as %(name)s. The device collects its tokens by itself.") % {"name": name})
    return redirect("admin:device_approvals")


@require_POST
@told_on("admin:device_approvals")
def approval_deny(request: HttpRequest, approval_id: int) -> HttpResponse:
    permit = permit_of(actor_of(request), LibraryEvent.DENY_DEVICE)
    deny(approval_id, permit=permit, now=timezone.now())
    messages.success(request, _("Denied. The use of its code is free again."))
    return redirect("admin:device_approvals")
