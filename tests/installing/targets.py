"""The machines an installation is promised for: what their markers say, and which wheels pip takes there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

PYTHONS = ("3.11", "3.12", "3.13")
# Requirements may differ between the first and a later release of one Python ("python_full_version < '3.11.3'").
MICROS = (0, 99)
# glibc 2.28 is that of Debian 10 and RHEL 8. macOS 11 is the first on Apple's own processors; for Macs with others,
# several distributions offer no wheel any more.
GLIBC = range(5, 29)


class Machine(NamedTuple):
    os_name: str
    sys_platform: str
    platform_system: str
    platform_machine: str
    wheels: tuple[str, ...]


def _manylinux(machine: str) -> tuple[str, ...]:
    newest_first = [f"manylinux_2_{minor}_{machine}" for minor in reversed(GLIBC)]
    return (*newest_first, f"manylinux2014_{machine}", f"manylinux2010_{machine}", f"manylinux1_{machine}")


MACHINES = (
    Machine("posix", "linux", "Linux", "x86_64", _manylinux("x86_64")),
    Machine("posix", "linux", "Linux", "aarch64", _manylinux("aarch64")),
    Machine("nt", "win32", "Windows", "AMD64", ("win_amd64",)),
    Machine("posix", "darwin", "Darwin", "arm64", ("macosx_11_0_arm64",)),
)


@dataclass(frozen=True)
class Target:
    """One release of Python on one kind of machine."""

    python: str
    micro: int
    machine: Machine

    def __str__(self) -> str:
        return f"Python {self.python}.{self.micro} on {self.machine.platform_system} {self.machine.platform_machine}"

    @property
    def markers(self) -> dict[str, str]:
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.{self.micro}",
            "os_name": self.machine.os_name,
            "platform_machine": self.machine.platform_machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": self.machine.platform_system,
            "platform_version": "",
            "python_full_version": f"{self.python}.{self.micro}",
            "python_version": self.python,
            "sys_platform": self.machine.sys_platform,
        }


def all_targets() -> Iterator[Target]:
    for machine in MACHINES:
        for python in PYTHONS:
            for micro in MICROS:
                yield Target(python, micro, machine)
