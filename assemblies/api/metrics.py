"""Figures for Prometheus: to this machine, or to anyone with the token, and to nobody else."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from assemblies.conf import flush_interval, payload_store
from assemblies.execution.figures import RunFigures
from assemblies.inspection.metrics import LibraryFigures, metrics_text
from devmode.addresses import find_address

BEARER = "Bearer "


@require_safe
def read_metrics(request: HttpRequest) -> HttpResponse:
    if not (_is_local(request) or _has_token(request)):
        return HttpResponse(
            "Figures are for this machine, or for who sends BOREALIS_METRICS_TOKEN as a bearer token.\n",
            status=401,
            content_type="text/plain",
            headers={"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"},
        )
    now = timezone.now()
    figures = LibraryFigures(payload_store(), flush_interval=flush_interval(), now=now)
    return HttpResponse(
        metrics_text(figures, RunFigures(now=now)),
        content_type=CONTENT_TYPE_LATEST,
        headers={"Cache-Control": "no-store"},
    )


def _is_local(request: HttpRequest) -> bool:
    """Say whether the client is on this machine, by its address after trusted proxies were taken into account."""
    address = find_address(str(request.META.get("REMOTE_ADDR", "")))
    return address is not None and address.is_loopback


def _has_token(request: HttpRequest) -> bool:
    sent = request.headers.get("Authorization", "")
    token = str(settings.METRICS_TOKEN)
    return bool(token) and sent.startswith(BEARER) and constant_time_compare(sent.removeprefix(BEARER), token)
