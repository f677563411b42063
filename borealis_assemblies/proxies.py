"""Whom a request comes from, decided once: everything after this reads REMOTE_ADDR and nothing else.

What a proxy says of its client counts only when the proxy is one that the settings name. From everyone else such
headers are dropped before any code can believe them.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from devmode.addresses import Networks, client_address, find_address

SAID_BY_PROXIES = tuple(
    f"HTTP_{name}"
    for name in "FORWARDED X_FORWARDED_FOR X_FORWARDED_HOST X_FORWARDED_PORT X_FORWARDED_PROTO X_REAL_IP".split()
)


class TrustedProxies:
    """Set REMOTE_ADDR to the client's address when a trusted proxy passes the request on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.proxies = Networks(settings.TRUSTED_PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer, said = str(request.META.get("REMOTE_ADDR", "")), str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if find_address(peer) not in self.proxies:
            forget(request.META)
        if (client := client_address(peer, said, self.proxies)) is not None:
            request.META["REMOTE_ADDR"] = str(client)
        return self.get_response(request)


def forget(facts: dict[str, Any]) -> None:
    for name in SAID_BY_PROXIES:
        facts.pop(name, None)
