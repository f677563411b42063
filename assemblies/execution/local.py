"""Runs on this server: whether there are any, and what somebody must be to start one."""

from urllib.parse import urlsplit

from django.conf import settings

from assemblies.permissions import Place
from devmode.addresses import find_address

SERVER = "server"


def is_local_worker_on() -> bool:
    """Say whether `serve` runs scripts on this server.

    `auto` means on a machine of one's own: nobody else can reach the library, and no proxy lets them.
    """
    if settings.LOCAL_WORKER != "auto":
        return bool(settings.LOCAL_WORKER == "on")
    hosts = (settings.HOST, urlsplit(settings.PUBLIC_URL).hostname or "")
    return all(map(_is_loopback, hosts)) and not settings.TRUSTED_PROXIES


def place_of_runs() -> Place:
    """Return what a run on this server can reach, for the table of permissions."""
    return Place.SERVER_ACCOUNT if settings.WORKER_USER else Place.SERVER


def _is_loopback(host: str) -> bool:
    address = find_address(host.strip("[]"))
    return host == "localhost" or (address is not None and address.is_loopback)
