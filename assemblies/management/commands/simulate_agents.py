"""`simulate_agents`: devices that only seem to be there, for trying a library out and for measuring one."""

import signal
import threading
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from assemblies.execution.transitions import ALIAS
from assemblies.fleet.devices import end_device
from assemblies.fleet.models import Device, DeviceStatus
from assemblies.fleet.parking import wait_for_work
from assemblies.fleet.simulation import Counts, make_devices, simulate
from assemblies.management.command import LibraryCommand
from assemblies.management.preparation import check_prepared
from assemblies.realtime.server import room_for_connections
from devmode.write_lock import write_transaction


class Command(LibraryCommand):
    help = (
        "Make devices in the group “simulated” and let their agents request work of a running `serve`. They run "
        "nothing: each item is reported as completed. They are decommissioned at the end."
    )
    examples = """
        manage.py simulate_agents --count 20
        manage.py simulate_agents --count 200 --seconds 60 --json
        manage.py simulate_agents --count 4000 --seconds 600 --wait http://127.0.0.1:5001
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", type=int, default=20, metavar="N", help="How many devices (default 20).")
        parser.add_argument("--seconds", type=float, metavar="S", help="How long (default: until Ctrl-C).")
        parser.add_argument("--server", default=settings.PUBLIC_ORIGIN, metavar="URL", help="Default: %(default)s.")
        parser.add_argument(
            "--wait", default="", metavar="URL", help="Wait for work at this realtime server instead of polling."
        )
        parser.add_argument("--threads", type=int, default=8, metavar="N", help="Requests at a time (default 8).")

    def work(self, *, count: int, seconds: float | None, server: str, wait: str, threads: int, **_options: Any) -> None:
        check_prepared()
        stopped, counts = threading.Event(), Counts()
        agents = make_devices(count, server, now=timezone.now())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        timer = threading.Timer(seconds, stopped.set) if seconds is not None else None
        if timer:
            timer.start()
        try:
            with suppress(KeyboardInterrupt):
                if wait:
                    room_for_connections()
                    wait_for_work(agents, wait, counts, stopped, threads=threads)
                else:
                    simulate(agents, counts, stopped, threads=threads)
        finally:
            _end([agent.guid for agent in agents])
        facts = {"devices": len(agents), "polls": counts.polls, "waits": counts.waits}
        facts |= {"runs": counts.runs, "errors": counts.errors}
        words = "{devices} devices: {polls} requests, {waits} waits, {runs} runs, {errors} errors"
        self.answer(facts, [words.format(**facts)])


def _end(guids: list[str]) -> None:
    now = timezone.now()
    for guid in guids:
        with write_transaction(ALIAS):
            device = Device.objects.select_for_update().get(guid=guid)
            if device.is_enrolled:
                end_device(device, DeviceStatus.DECOMMISSIONED, actor="simulate_agents", now=now)
