"""The listening socket of a server, owned by the supervising process and shared by the server processes.

One shared socket rather than one per process: a second server on the same port fails at once instead of taking every
other request, and a process that dies takes no waiting connection with it.
"""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

ADDRESS_IN_USE = {errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)}
BACKLOG = 1024


class CannotListen(OSError):
    """The address is taken, or is none of this machine's."""


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that holds the address and refuses clients until it listens; `::` takes IPv4 clients as well.

    Raises CannotListen.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with _reasons(host, port):
        holder = socket.socket(family)
        try:
            if os.name == "posix":
                # Or the connections of the server before would keep the port; on Windows it would share the port.
                holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family is socket.AF_INET6:
                takes_both = host == "::" and socket.has_dualstack_ipv6()
                holder.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(not takes_both))
            holder.bind((host, port))
        except BaseException:
            holder.close()
            raise
        return holder


def start_listening(holder: socket.socket) -> None:
    """Take clients from now on. Raises CannotListen: another may have begun to listen since both were bound."""
    host, port = holder.getsockname()[:2]
    with _reasons(host, port):
        holder.listen(BACKLOG)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises CannotListen."""
    listener = bind(host, port)
    try:
        start_listening(listener)
    except BaseException:
        listener.close()
        raise
    return listener


@contextmanager
def _reasons(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotListen(_listen_words(host, port, error)) from error


def _listen_words(host: str, port: int, error: OSError) -> str:
    address = address_of(host, port)
    if error.errno in ADDRESS_IN_USE:
        return f"{address} is already in use: stop what listens there, or set BOREALIS_PORT (or --port) to another."
    return f"Cannot listen at {address} ({error.strerror or error}): set BOREALIS_HOST and BOREALIS_PORT."


def address_of(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
