"""Describe this host as one JSON object: system, processors, memory, file systems and addresses.

Needs only the standard library (Python 3.8 or newer) and asks the host alone, never the network. Nothing secret is
collected: no environment, no processes, no accounts. What the platform does not tell is null.
Exit: 0 written, 2 bad input, 3 the output file cannot be written.
"""

from __future__ import annotations

import ctypes
import datetime
import json
import os
import platform
import re
import shutil
import socket
import sys
import tempfile
from typing import Any, NoReturn

SCHEMA_VERSION = 1


def bad_input(message: str) -> NoReturn:
    print(f"bad input: {message}", file=sys.stderr)
    sys.exit(2)


def truth(name: str, text: str) -> bool:
    if text.lower() in ("true", "1", "yes"):
        return True
    if text.lower() in ("false", "0", "no"):
        return False
    bad_input(f"{name} must be true or false")


def first_line(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.readline().strip()
    except OSError:
        return ""


def operating_system() -> dict[str, Any]:
    name = None
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as stream:
                fields = dict(line.rstrip("\n").split("=", 1) for line in stream if "=" in line)
            name = fields.get("PRETTY_NAME", "").strip("\"'") or None
            break
    return {
        "family": platform.system(),
        "name": name or platform.platform(),
        "release": platform.release(),
        "version": platform.version(),
        "architecture": platform.machine(),
    }


def hardware() -> dict[str, Any]:
    firmware = "/sys/class/dmi/id/"
    return {
        "vendor": first_line(firmware + "sys_vendor") or None,
        "model": first_line(firmware + "product_name") or None,
        "logical_processors": os.cpu_count(),
    }


class WindowsMemory(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = [("length", ctypes.c_ulong), ("load_percent", ctypes.c_ulong)] + [
        (name, ctypes.c_ulonglong)
        for name in (
            "total",
            "available",
            "total_page_file",
            "available_page_file",
            "total_virtual",
            "available_virtual",
            "available_extended",
        )
    ]


def memory() -> dict[str, Any]:
    total = available = None
    if sys.platform == "win32":
        status = WindowsMemory(length=ctypes.sizeof(WindowsMemory))
        if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            total, available = status.total, status.available
    elif os.path.exists("/proc/meminfo"):
        with open("/proc/meminfo", encoding="ascii", errors="replace") as stream:
            fields = dict(line.split(":", 1) for line in stream if ":" in line)
        kibibytes = {name: int(text.split()[0]) for name, text in fields.items() if text.split()}
        total = kibibytes.get("MemTotal", 0) * 1024 or None
        available = kibibytes.get("MemAvailable", 0) * 1024 or None
    elif hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"total_bytes": total, "available_bytes": available}


def uptime_seconds() -> int | None:
    if sys.platform == "win32":
        tick_count = ctypes.windll.kernel32.GetTickCount64
        tick_count.restype = ctypes.c_ulonglong
        return int(tick_count() // 1000)
    text = first_line("/proc/uptime")
    return int(float(text.split()[0])) if text else None


def mount_points() -> list[str]:
    if sys.platform == "win32":
        drives = (f"{letter}:\\" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        fixed = 3
        return [drive for drive in drives if ctypes.windll.kernel32.GetDriveTypeW(drive) == fixed]
    try:
        with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as stream:
            fields = [line.split() for line in stream]
    except OSError:
        return ["/"]
    # Only local devices: asking a network share whose server is gone would wait for ever.
    local = {target for source, target, kind, *_ in fields if source.startswith("/dev/") and kind != "squashfs"}
    local.update(target for _, target, kind, *_ in fields if kind == "zfs")
    # The kernel writes spaces and the like in names as three octal digits.
    return sorted(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), name) for name in local | {"/"})


def file_systems() -> list[dict[str, Any]]:
    found = []
    for point in mount_points():
        try:
            usage = shutil.disk_usage(point)
        except OSError:
            continue
        if os.path.isdir(point):
            found.append({"mount_point": point, "total_bytes": usage.total, "free_bytes": usage.free})
    return found


def addresses() -> list[str]:
    """Return the addresses this host would send from; connecting a datagram socket sends no packet."""
    found = set()
    for family, target in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((target, 9))
                found.add(str(probe.getsockname()[0]))
        except OSError:
            continue
    return sorted(found)


def inventory(include_addresses: bool) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "collected_at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "host_name": socket.gethostname(),
        "operating_system": operating_system(),
        "hardware": hardware(),
        "memory": memory(),
        "uptime_seconds": uptime_seconds(),
        "file_systems": file_systems(),
        "addresses": addresses() if include_addresses else None,
        "python_version": platform.python_version(),
    }


def write_whole(path: str, text: str) -> None:
    """Replace `path` in one step, so that a reader never sees half an inventory."""
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".inventory-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main() -> int:
    style = os.environ.get("OUTPUT_STYLE") or "indented"
    if style not in ("indented", "compact"):
        bad_input("OUTPUT_STYLE must be indented or compact")
    include_addresses = truth("INCLUDE_ADDRESSES", os.environ.get("INCLUDE_ADDRESSES") or "true")
    output = os.environ.get("OUTPUT_FILE") or ""
    if output and not (os.path.isabs(output) and os.path.isdir(os.path.dirname(output))):
        bad_input("OUTPUT_FILE must be an absolute path in a directory that exists")
    text = json.dumps(inventory(include_addresses), indent=2 if style == "indented" else None) + "\n"
    if not output:
        sys.stdout.write(text)
        return 0
    try:
        write_whole(output, text)
    except OSError as error:
        print(f"cannot write {output}: {error}", file=sys.stderr)
        return 3
    print(f"Inventory of {socket.gethostname()} written to {output}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
