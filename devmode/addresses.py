"""Internet addresses: read, counted by site, and compared with the networks of trusted proxies."""

import ipaddress
import re
from argparse import ArgumentTypeError
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# The network of one IPv6 site.
IPV6_PREFIX = 64
MAX_PORT = 65535
HOST = re.compile(r"\w[\w.-]*", re.ASCII)


class NoListeningAddress(ArgumentTypeError):
    """Nothing can listen there; typed at a command, its parser says why."""


def find_address(text: str) -> Address | None:
    """Return an address, or None; an IPv4 address mapped into IPv6, as a socket for both reports it, is an IPv4 one."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def client_address(peer: str, forwarded_for: str, proxies: "Networks") -> Address | None:
    """Return whom a request of `peer` comes from, by the header X-Forwarded-For of trusted proxies alone.

    That is the nearest address that is no proxy; what stands before it, or is no address, is hearsay.
    """
    nearest = find_address(peer)
    for hop in reversed(forwarded_for.split(",")):
        address = find_address(hop.strip()) if nearest in proxies else None
        if address is None:
            break
        nearest = address
    return nearest


def listening_host(text: str) -> str:
    """Return a name or an address to listen at, an IPv6 address without its brackets.

    Sockets take an empty one for every address there is, which nobody means by it. Raises NoListeningAddress.
    """
    host = text.strip()
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if not (HOST.fullmatch(host) or find_address(host)):
        raise NoListeningAddress(f"{text!r} is no name or address of this machine, such as 127.0.0.1 or ::1")
    return host


def listening_port(text: str) -> int:
    """Return a port to listen at. Raises NoListeningAddress."""
    port = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_PORT)) else 0
    if not 0 < port <= MAX_PORT:
        raise NoListeningAddress(f"{text!r} is no port: use a whole number from 1 to {MAX_PORT}")
    return port


def neighbourhood(text: str) -> str:
    """Return what counts as one address: of IPv6 a site's network, which has more addresses than can be counted."""
    address = find_address(text)
    if address is None:
        return text
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False)) if address.version == 6 else str(address)


class Networks:
    """The networks that a setting names."""

    def __init__(self, networks: Iterable[str]) -> None:
        self.networks = [ipaddress.ip_network(network) for network in networks]

    def __contains__(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)
