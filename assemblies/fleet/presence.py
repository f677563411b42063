"""Whether devices can be reached. A message is presence; it is written in batches, by the server's clock alone.

Each process remembers whom it heard of within one second and writes them together: a fleet costs one small transaction
a second, a single device none more than its own. What is lost with a process is less than one heartbeat's worth.
"""

import logging
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import Error as DatabaseError

from assemblies.execution.transitions import ALIAS
from assemblies.fleet.models import Device
from devmode.write_lock import WriteLockTimeout, write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
HEARTBEAT = timedelta(seconds=15)
OFFLINE_AFTER = 2 * HEARTBEAT
BATCH_PERIOD = timedelta(seconds=1)


class Presence:
    """Who was heard of since the last batch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: dict[str, datetime] = {}
        self._written_at: datetime | None = None

    def note(self, guid: str, *, now: datetime) -> None:
        """Remember that a device sent a message, and write the batch if one is due."""
        with self._lock:
            self._heard[guid] = now
            if self._written_at is not None and self._written_at <= now < self._written_at + BATCH_PERIOD:
                return
            batch, self._heard, self._written_at = self._heard, {}, now
        self._write(batch)

    def note_all(self, guids: Iterable[str], *, now: datetime) -> None:
        """Write that all of them are there now, whenever the last batch was."""
        with self._lock:
            batch, self._heard = self._heard | dict.fromkeys(guids, now), {}
            self._written_at = now
        self._write(batch)

    def _write(self, batch: dict[str, datetime]) -> None:
        try:
            with write_transaction(ALIAS):
                devices = list(Device.objects.filter(guid__in=batch).only("guid", "hostname", "last_seen"))
                for device in devices:
                    _log_return(device, batch[device.guid])
                    # Another process may have heard of it later.
                    device.last_seen = max(batch[device.guid], device.last_seen or batch[device.guid])
                Device.objects.bulk_update(devices, ["last_seen"])
        except (DatabaseError, WriteLockTimeout) as error:
            # The next heartbeat says it again; the message that came with this one must not fail for it.
            logger.warning("fleet: last_seen of %d devices was not written: %s", len(batch), error)


presence = Presence()


def is_online(device: Device, *, now: datetime) -> bool:
    return device.is_enrolled and device.last_seen is not None and device.last_seen > now - OFFLINE_AFTER


def _log_return(device: Device, now: datetime) -> None:
    """Write one line when a device comes, or comes back: at most one each time that it was offline."""
    if device.last_seen is None or device.last_seen <= now - OFFLINE_AFTER:
        logger.info("fleet: %s (%s) is online", device.hostname, device.guid)
