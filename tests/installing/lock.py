"""What the project wants (`requirements*.in`) and what its locks pin (`requirements*.txt`)."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements", "requirements-scale", "requirements-dev")


@dataclass(frozen=True)
class Pin:
    """One line of a lock: `name==version ; marker`, with the hashes that its files may have."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (only,) = self.requirement.specifier
        if only.operator != "==" or only.version.endswith(".*"):
            raise ValueError(f"{self.requirement} pins no single version")
        return only.version

    def applies(self, markers: dict[str, str]) -> bool:
        return self.requirement.marker is None or self.requirement.marker.evaluate(dict(markers))


def pins_of(text: str) -> list[Pin]:
    lines = re.sub(r"\\\n", "", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [
        Pin(Requirement(line.partition(" --hash=")[0]), tuple(re.findall(r" --hash=(\S+)", line)))
        for line in lines
        if line.strip()
    ]


def locked(name: str) -> list[Pin]:
    return pins_of((PROJECT / f"{name}.txt").read_text())


def wanted(name: str) -> list[Requirement]:
    """The requirements of a `.in` file and of those it includes."""
    found: list[Requirement] = []
    for line in (PROJECT / f"{name}.in").read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            found += wanted(text.removeprefix("-r ").removesuffix(".in"))
        elif text:
            found.append(Requirement(text))
    return found
