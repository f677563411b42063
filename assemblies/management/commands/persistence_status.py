"""`persistence_status`: how the copy of what was run is."""

from typing import Any

from assemblies.management.command import LibraryCommand
from assemblies.targets.models import Stream
from assemblies.targets.status import persistence_status


class Command(LibraryCommand):
    help = "Say how the copy of what was run is. The target is not opened."
    examples = """
        manage.py persistence_status
        manage.py persistence_status --json
    """

    def work(self, **_options: Any) -> None:
        status = persistence_status()
        self.answer(status, status_lines(status))


def status_lines(status: dict[str, Any]) -> list[str]:
    place = f"{status['target']['name']}, {status['connection']['database']}" if status["target"] else "no target"
    lines = [f"{status['state']}: {place}"]
    for stream in Stream:
        facts = status[stream.value]
        error = f", {facts['last_error']} {' '.join(facts['error_detail'].values())}".rstrip(" ,")
        lines.append(f"{stream.value}: {facts['state']}, {facts['pending']} pending{error}")
    return lines
