"""The listening socket of a server, owned by the supervising process and shared by the server processes.

One shared socket rather than one per process: a second server on the same port fails at once instead of taking every
other request, and a process that dies takes no waiting connection with it.
"""

import errno
import socket

ADDRESS_IN_USE = {errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)}
BACKLOG = 1024


class CannotListen(OSError):
    """The address is taken, or is none of this machine's."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; `::` takes IPv4 clients as well. Raises CannotListen."""
    try:
        return socket.create_server(
            (host, port),
            family=socket.AF_INET6 if ":" in host else socket.AF_INET,
            backlog=BACKLOG,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        raise CannotListen(_listen_words(host, port, error)) from error


def _listen_words(host: str, port: int, error: OSError) -> str:
    address = address_of(host, port)
    if error.errno in ADDRESS_IN_USE:
        return f"{address} is already in use: stop what listens there, or set BOREALIS_PORT (or --port) to another."
    return f"Cannot listen at {address} ({error.strerror or error}): set BOREALIS_HOST and BOREALIS_PORT."


def address_of(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
