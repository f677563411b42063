"""What each locked distribution says of itself: its own requirements, from its wheels' metadata.

An environment holds the metadata of this machine's wheels only, and tests ask no registry. So `make lock` keeps that of
every locked distribution in a file; where a distribution's wheels differ in what they require, it stops.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("distribution_metadata.json")


@dataclass(frozen=True)
class Metadata:
    version: str
    requires_python: str
    requires: tuple[str, ...]

    @classmethod
    def of(cls, wheel: Mapping[str, Any]) -> "Metadata":
        """From the JSON form of a wheel's metadata."""
        return cls(wheel["version"], wheel.get("requires_python", ""), tuple(wheel.get("requires_dist", ())))


def read() -> dict[str, Metadata]:
    return {name: Metadata(**(kept | {"requires": tuple(kept["requires"])})) for name, kept in _file().items()}


def _file() -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = json.loads(FILE.read_text())
    return content


def write(found: Mapping[str, Metadata]) -> None:
    """One distribution a line, so that a change of one is a change of one line."""
    lines = [f"{json.dumps(name)}: {json.dumps(asdict(metadata))}" for name, metadata in sorted(found.items())]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
