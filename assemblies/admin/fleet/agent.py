"""The agent's program on a page: what to download, how to know that it is the right one, and the lines to paste."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assemblies.admin.fleet.frame import grouped, render_fleet, require_operator
from assemblies.admin.page import refusals_as_pages
from assemblies.fleet.agent_file import NAME, build_agent
from assemblies.fleet.rotation import fingerprint_of
from assemblies.fleet.signing import public_key

PROGRAM = f"/usr/local/bin/{NAME}"
UNIT = "/etc/systemd/system/borealis-agent.service"


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
