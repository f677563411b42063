"""The replicator as a companion of `serve`: SQLAlchemy is imported once there is something to copy to."""

import logging
from threading import Event

from django.db import Error as DatabaseError
from django.db import connections

from assemblies.targets.assignment import find_assignment
from devmode.write_lock import WriteLockTimeout

logger = logging.getLogger(f"borealis.engine.{__name__}")
POLL_SECONDS = 1.0


def replicate(stopped: Event, *, every_seconds: float = POLL_SECONDS) -> None:
    """Copy what is to be copied to the assigned target until `stopped` is set."""
    while not stopped.wait(every_seconds):
        try:
            if find_assignment() is not None:
                _replicate_assigned(stopped, every_seconds)
        except (DatabaseError, WriteLockTimeout) as error:
            logger.warning("replicator: %s", error)
            connections.close_all()


def _replicate_assigned(stopped: Event, every_seconds: float) -> None:
    """Copy until nothing is assigned any more."""
    from assemblies.targets.replicator import Replicator

    replicator = Replicator()
    try:
        while find_assignment() is not None:
            replicator.work()
            if stopped.wait(every_seconds):
                return
    finally:
        replicator.close()
