"""SIGHUP: server processes that have read the settings again take the place of those that run; no request is lost.

Both listen on one socket. The new ones begin once all of them have loaded the application; then the old ones take no
more clients, answer the requests that they have, and end. Settings that cannot be used leave everything as it is. The
realtime server, which has to know the same addresses, is started again.
"""

import logging
import sys
from collections.abc import Sequence

import environ

from assemblies.management.companions.companion import Companion
from assemblies.management.companions.supervisor import Supervisor
from assemblies.management.companions.table import REALTIME
from assemblies.settings_file import changed_for_good, read_settings_file

logger = logging.getLogger(f"borealis.engine.{__name__}")


class Reloading:
    """What the settings file said when the processes that run now were started."""

    def __init__(self) -> None:
        self.said = read_settings_file(environ.Env.ENVIRON)

    def reload(self, supervisor: Supervisor, companions: Sequence[Companion]) -> str:
        """Replace the processes of these companions; return why not, "" when it is done."""
        try:
            now = read_settings_file(environ.Env.ENVIRON)
        except (OSError, ValueError) as error:
            return f"The settings file cannot be read, so nothing was changed: {error}"
        if names := changed_for_good(self.said, now):
            return f"Nothing was changed: a restart is needed for {', '.join(names)}."
        if not supervisor.replace(companions):
            return "The server cannot start with these settings, so nothing was changed; stderr has the reason."
        # Its address is taken until it has ended; devices and streams take up again where they were.
        supervisor.restart(REALTIME)
        self.said = now
        logger.info("serve: the settings are read again")
        return ""


def is_at_a_terminal() -> bool:
    """Say whether SIGHUP means that the terminal was closed."""
    return sys.stdin is not None and sys.stdin.isatty()
