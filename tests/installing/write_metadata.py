"""Keep the metadata of every locked distribution: `python -m tests.installing.write_metadata`, a part of `make lock`.

pip itself says, target by target, which wheel it would take and what that wheel requires. A target that a distribution
has no wheel for ends it: an installation there would compile, with tools that nothing pins. The metadata of a version
never changes, so only what is new is read; without the file, everything.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tests.installing import distribution_metadata
from tests.installing.distribution_metadata import Metadata
from tests.installing.lock import LOCKS, Pin, locked
from tests.installing.targets import Machine, Target, all_targets


def main() -> None:
    pins = {pin.name: pin for lock in LOCKS for pin in locked(lock)}
    known = distribution_metadata.read() if distribution_metadata.FILE.exists() else {}
    found = {name: known[name] for name, pin in pins.items() if name in known and known[name].version == pin.version}
    # A wheel for every machine needs reading once, others once per Python and machine.
    read_for_all = set(found)
    read: set[tuple[str, str, Machine]] = set()
    for target in all_targets():
        to_read = [
            pin
            for pin in pins.values()
            if pin.applies(target.markers)
            and pin.name not in read_for_all
            and (pin.name, target.python, target.machine) not in read
        ]
        if not to_read:
            continue
        for name, wheel, metadata in reported(to_read, target):
            if found.setdefault(name, metadata) != metadata:
                sys.exit(f"{name}: the wheel for {target} requires other things than another of its wheels")
            if wheel.endswith("-none-any.whl"):
                read_for_all.add(name)
        read |= {(pin.name, target.python, target.machine) for pin in to_read}
        sys.stderr.write(f"{target}: {len(to_read)} distributions read\n")
    distribution_metadata.write(found)


def reported(pins: Iterable[Pin], target: Target) -> Iterable[tuple[str, str, Metadata]]:
    """Name, file and metadata of what pip would install; nothing is installed."""
    by_name = {pin.name: pin for pin in pins}
    with tempfile.TemporaryDirectory() as folder:
        requirements, report = Path(folder, "requirements.txt"), Path(folder, "report.json")
        # Without markers: pip would evaluate those of the interpreter that runs it.
        requirements.write_text(
            "".join(f"{pin.name}=={pin.version} --hash={' --hash='.join(pin.hashes)}\n" for pin in by_name.values())
        )
        subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            + ["--dry-run", "--ignore-installed", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
            + ["--implementation", "cp", "--python-version", target.python, "--target", str(Path(folder, "none"))]
            + [word for tag in target.machine.wheels for word in ("--platform", tag)]
            + ["--report", str(report), "--requirement", str(requirements)],
            check=True,
        )
        installed: list[dict[str, Any]] = json.loads(report.read_text())["install"]
    for item in installed:
        metadata = Metadata.of(item["metadata"])
        yield canonicalize_name(item["metadata"]["name"]), item["download_info"]["url"], metadata


if __name__ == "__main__":
    main()
