"""What a server process loads once it answers: API, pages and catalogue, before somebody has to wait for them.

Its first answers, to those who ask whether it is there, need none of it and come sooner without.
"""

import logging
from threading import Event

from django.db import DatabaseError, connections
from django.urls import reverse

from assemblies.catalogue import library_catalogue
from assemblies.errors import LibraryError
from assemblies.management.server.memory import keep_out_of_collections

logger = logging.getLogger(f"borealis.engine.{__name__}")
SECONDS_BEFORE = 1.0


def warm_up(stopped: Event) -> None:
    """Load them a moment after the start; what goes wrong meets the request that needs it again, and is said there."""
    if stopped.wait(SECONDS_BEFORE):
        return
    try:
        # Which looks through every address there is, and so loads what is behind them.
        reverse("admin:index")
        library_catalogue().current()
        keep_out_of_collections()
    except (DatabaseError, LibraryError) as error:
        logger.info("server: not everything could be loaded in advance: %s", error)
    finally:
        connections.close_all()
