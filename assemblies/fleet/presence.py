"""Whether devices can be reached. A message is presence; it is written in batches, by the server's clock alone.

Each process remembers whom it heard of within one second and writes them together: a fleet costs one small transaction
a second, a single device none more than its own. What is lost with a process is less than one heartbeat's worth.
"""

import logging
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db import connections
from django.db.models import Q

from assemblies.execution.transitions import ALIAS
from assemblies.fleet.models import Device
from assemblies.progress import in_batches
from devmode.write_lock import WriteLockTimeout, write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
HEARTBEAT = timedelta(seconds=15)
OFFLINE_AFTER = 2 * HEARTBEAT
BATCH_PERIOD = timedelta(seconds=1)
# Between two parts others may write: a fleet of thousands keeps nobody waiting for long.
MAX_WRITTEN_TOGETHER = 500
# Past the ORM, which takes twenty times as long for the many rows. Another process may have heard of it later.
WRITTEN = "UPDATE ba_device SET last_seen = %s WHERE guid = %s AND (last_seen IS NULL OR last_seen < %s)"


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
            # In order, so that two processes that write at once do not wait for each other.
            for part in in_batches(sorted(batch.items()), MAX_WRITTEN_TOGETHER):
                with write_transaction(ALIAS):
                    returned = _returned(dict(part))
                    _write_times(part)
                for device in returned:
                    logger.info("fleet: %s (%s) is online", device.hostname, device.guid)
        except (DatabaseError, WriteLockTimeout) as error:
            # The next heartbeat says it again; the message that came with this one must not fail for it.
            logger.warning("fleet: last_seen of %d devices was not written: %s", len(batch), error)


presence = Presence()


def is_online(device: Device, *, now: datetime) -> bool:
    return device.is_enrolled and device.last_seen is not None and device.last_seen > now - OFFLINE_AFTER


def _returned(heard: Mapping[str, datetime]) -> list[Device]:
    """Return the devices that were offline until now: a line is written each time that one comes."""
    offline = Q(last_seen=None) | Q(last_seen__lte=max(heard.values()) - OFFLINE_AFTER)
    rows = Device.objects.filter(offline, guid__in=heard).only("guid", "hostname", "last_seen")
    return [one for one in rows if one.last_seen is None or one.last_seen <= heard[one.guid] - OFFLINE_AFTER]


def _write_times(heard: Iterable[tuple[str, datetime]]) -> None:
    write = connections[ALIAS].ops.adapt_datetimefield_value
    with connections[ALIAS].cursor() as cursor:
        cursor.executemany(WRITTEN, [(write(time), guid, write(time)) for guid, time in heard])
