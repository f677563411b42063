"""How a device comes in: the agent's program, the install codes, and the requests for enrolment with their decision."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assemblies.admin.fleet.frame import grouped, number_in, render_fleet, require_operator, told_on
from assemblies.admin.page import refusals_as_pages, require_administrator
from assemblies.audit_events import LibraryEvent
from assemblies.fleet.agent_file import NAME, build_agent
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
from assemblies.fleet.install_codes import DEFAULT_USES, MAX_USES, TTL_HOURS, MadeCode, delete_code, make_code
from assemblies.fleet.models import ApprovalStatus, DeviceApproval, InstallCode
from assemblies.fleet.rotation import fingerprint_of
from assemblies.fleet.signing import public_key
from assemblies.web.actors import actor_of

PROGRAM = f"/usr/local/bin/{NAME}"
UNIT = "/etc/systemd/system/borealis-agent.service"
MAX_DECIDED = 50
TONES = {
    ApprovalStatus.APPROVED: "queued",
    ApprovalStatus.COMPLETED: "good",
    ApprovalStatus.DENIED: "bad",
    ApprovalStatus.EXPIRED: "deleted",
}


@require_safe
@refusals_as_pages
def agent_page(request: HttpRequest) -> HttpResponse:
    require_operator(request)
    built = build_agent()
    return render_fleet(
        request,
        "agent.html",
        title=_("Install the agent"),
        here="device_agent",
        built=built,
        size=len(built.content),
        name=NAME,
        signing_key=public_key(),
        signing_fingerprint=grouped(fingerprint_of(public_key())),
        lines=(
            ("agent-fetch", _("Fetch it and compare its hash"), fetching(built.sha256)),
            ("agent-enrol", _("Enrol the device"), enrolling(_("CODE"))),
            ("agent-service", _("Run it as a service"), serving()),
        ),
        once=f"sudo python3 {PROGRAM} run",
        has_tls=settings.PUBLIC_ORIGIN.startswith("https://"),
    )


def fetching(sha256: str) -> str:
    """Return a line that downloads the agent, and puts it where its service expects it if it is the right one."""
    address = f"{settings.PUBLIC_ORIGIN}{reverse('api-agent-file-download')}"
    check = f"echo '{sha256}  {NAME}' | sha256sum --check"
    return f"curl -fsSo {NAME} '{address}' && {check} && sudo install -m 755 {NAME} {PROGRAM}"


def enrolling(code: str) -> str:
    return f"sudo python3 {PROGRAM} enrol --server '{settings.PUBLIC_ORIGIN}' --code {code}"


def serving() -> str:
    return f"sudo python3 {PROGRAM} unit | sudo tee {UNIT} >/dev/null && sudo systemctl enable --now borealis-agent"


@require_http_methods(["GET", "HEAD", "POST"])
@told_on("admin:install_codes")
def install_codes(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        require_administrator(request)
        return _codes_page(request)
    permit = permit_of(actor_of(request), LibraryEvent.MAKE_CODE)
    hours, uses = number_in(request, "ttl_hours"), number_in(request, "max_uses")
    # No redirect: the code is in this answer and nowhere else.
    return _codes_page(request, make_code(hours, uses, permit=permit, now=timezone.now()))


@require_POST
@told_on("admin:install_codes")
def install_code_delete(request: HttpRequest, code_id: int) -> HttpResponse:
    permit = permit_of(actor_of(request), LibraryEvent.DELETE_CODE)
    delete_code(code_id, permit=permit, now=timezone.now())
    messages.success(request, _("Deleted. Nothing enrols with this code any more."))
    return redirect("admin:install_codes")


def _codes_page(request: HttpRequest, made: MadeCode | None = None) -> HttpResponse:
    return render_fleet(
        request,
        "codes.html",
        title=_("Install codes"),
        here="install_codes",
        made=made,
        enrol_line=enrolling(made.code) if made else "",
        codes=InstallCode.objects.filter(expires_at__gt=timezone.now()),
        hours=TTL_HOURS,
        uses=range(1, MAX_USES + 1),
        default_uses=DEFAULT_USES,
    )


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
