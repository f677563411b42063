"""Whom a request comes from, decided once: everything after this reads REMOTE_ADDR and nothing else.

What a proxy says of its client counts only when the proxy is one that the settings name. From everyone else such
headers are dropped before any code can believe them.
"""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
SAID_BY_PROXIES = tuple(
    f"HTTP_{name}"
    for name in "FORWARDED X_FORWARDED_FOR X_FORWARDED_HOST X_FORWARDED_PORT X_FORWARDED_PROTO X_REAL_IP".split()
)


class TrustedProxies:
    """Set REMOTE_ADDR to the client's address when a trusted proxy passes the request on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.networks = [ipaddress.ip_network(network) for network in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = find_address(str(request.META.get("REMOTE_ADDR", "")))
        if self.trusts(peer):
            hops = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
            request.META["REMOTE_ADDR"] = str(self.client_of(peer, reversed(hops)))
        else:
            forget(request.META)
        return self.get_response(request)

    def trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)

    def client_of(self, peer: Address | None, hops: Iterable[str]) -> Address | None:
        """Return the nearest address that is no trusted proxy; what stands before it, or is no address, is hearsay."""
        nearest = peer
        for hop in hops:
            address = find_address(hop.strip())
            if address is None:
                return nearest
            nearest = address
            if not self.trusts(address):
                return nearest
        return nearest


def find_address(text: str) -> Address | None:
    """Return an address; an IPv4 one that was mapped into IPv6 as what it is."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def forget(facts: dict[str, Any]) -> None:
    for name in SAID_BY_PROXIES:
        facts.pop(name, None)
