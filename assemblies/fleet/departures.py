"""One line in the log when a device goes offline; when it is there again, `presence` says so.

A device that vanishes sends nothing: time has to be watched. Each watcher looks at a window that begins where its last
one ended, so that a device is named once each time it goes, however often it comes back.
"""

import logging
from datetime import datetime, timedelta
from threading import Event

from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone

from assemblies.fleet.models import Device
from assemblies.fleet.presence import HEARTBEAT, OFFLINE_AFTER

logger = logging.getLogger(f"borealis.engine.{__name__}")
# When a whole site is cut off, the number says more than hundreds of lines.
MAX_LINES = 20
# Presence is written in batches, a moment after it was noted.
WRITTEN_WITHIN = timedelta(seconds=5)


def watch_departures(stopped: Event, *, every: timedelta = HEARTBEAT) -> None:
    """Log who goes offline until `stopped` is set. Trouble is logged, and the same window is looked at again."""
    since = timezone.now()
    while not stopped.wait(every.total_seconds()):
        now = timezone.now()
        try:
            log_departures(since, now)
            since = now
        except DatabaseError as error:
            logger.warning("fleet: who went offline is not known now: %s", error)
        finally:
            connections.close_all()


def log_departures(since: datetime, now: datetime) -> None:
    """Log the devices that went offline after `since` and until `now`."""
    silent_for = OFFLINE_AFTER + WRITTEN_WITHIN
    rows = Device.objects.enrolled().filter(last_seen__gt=since - silent_for, last_seen__lte=now - silent_for)
    gone = list(rows.order_by("last_seen").values_list("hostname", "guid", "last_seen"))
    for hostname, guid, last_seen in gone[:MAX_LINES]:
        logger.info("fleet: %s (%s) is offline, last seen at %s", hostname, guid, last_seen)
    if len(gone) > MAX_LINES:
        logger.info("fleet: %d more devices went offline", len(gone) - MAX_LINES)
