"""The realtime server as a companion: its port is examined first, and what it needs is imported only where it runs."""

from threading import Event

from django.conf import settings

from assemblies.management.server.listening import bind


def is_realtime_on() -> bool:
    return bool(settings.REALTIME_PORT)


def run_realtime(stopped: Event) -> None:
    """Raises CannotListen where the port is taken: the rest of `serve` goes on, and devices poll."""
    bind(settings.HOST, settings.REALTIME_PORT).close()
    # Late: no other companion needs the second server's libraries.
    from assemblies.realtime.server import serve_realtime

    serve_realtime(stopped)
