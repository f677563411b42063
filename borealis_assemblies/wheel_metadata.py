"""What the wheel requires: exactly the distributions that the locks pin.

An application is installed into an environment of its own, so nobody is served by ranges: with them, a release later
than the wheel could break it. Read by the build back end alone; it is no part of the wheel.
"""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class LockedRequirements(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        project = Path(self.root)
        metadata["dependencies"] = pinned(project / "requirements.txt")
        metadata["optional-dependencies"] = {"scale": pinned(project / "requirements-scale.txt")}


def pinned(lock: Path) -> list[str]:
    """Return the lines `name==version ; marker` of a lock, without their hashes."""
    return [line.removesuffix("\\").strip() for line in lock.read_text().splitlines() if line[:1].isalnum()]
