"""Writes one payload per line of standard input, each in a forked process that waits to be traced first.

A line is JSON: the root, the planted fault, how the payload is cut. The answers are the writer's process id, then (once
a line says go) `done <guid>,…` written by the writer itself right after its `put` or `write_files`, then its exit
status.
"""

import ctypes
import json
import os
import stat
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings

settings.configure(USE_TZ=True)

from assemblies.payloads import (  # noqa: E402 - after the settings
    DurableFileSystemStorage,
    PayloadStore,
    durable_storage,
)
from assemblies.payloads.durable_storage import Place  # noqa: E402
from assemblies.payloads.reference import new_payload_guid  # noqa: E402

ANY_TRACER = ctypes.c_ulong(-1)
PR_SET_PTRACER = 0x59616D61

real_fsync = os.fsync


class InPlaceStorage(DurableFileSystemStorage):
    """The planted fault of writing under the final name."""

    def _write(self, place: Place, content: Any) -> None:
        descriptor = os.open(place.leaf, os.O_WRONLY | os.O_CREAT, dir_fd=place.directory)
        for chunk in content.chunks():
            os.write(descriptor, chunk)


def skip_fsync_of(kind: Callable[[int], bool]) -> None:
    def fsync(descriptor: int) -> None:
        if not kind(os.fstat(descriptor).st_mode):
            real_fsync(descriptor)

    os.fsync = fsync  # type: ignore[assignment]


def write_one(root: str, fault: str, chunks: list[int], go: int, *, together: bool) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANY_TRACER, 0, 0, 0)
    os.read(go, 1)
    if fault == "no fsync of files":
        skip_fsync_of(stat.S_ISREG)
    if fault == "no fsync of directories":
        skip_fsync_of(stat.S_ISDIR)
    if fault == "answers before it has written":
        os.write(1, b"done early\n")
    storage = (InPlaceStorage if fault == "writes in place" else DurableFileSystemStorage)(root)
    store = PayloadStore(storage, minimum_free_fraction=0)
    parts = [bytes([65 + i]) * size for i, size in enumerate(chunks)]
    guids = write_together(store, b"".join(parts)) if together else [store.put(iter(parts)).guid]
    os.write(1, f"done {','.join(guids)}\n".encode())


def write_together(store: PayloadStore, content: bytes) -> list[str]:
    """Write more payloads than are open at once."""
    durable_storage.FILES_AT_ONCE = 2
    guids = [new_payload_guid() for _ in range(3)]
    store.write_files(dict.fromkeys(guids, content))
    return guids


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


for line in sys.stdin:
    go, let_go = os.pipe()
    writer = os.fork()
    if writer == 0:
        write_one(**json.loads(line), go=go)
        os._exit(0)
    say(str(writer))
    sys.stdin.readline()
    os.write(let_go, b"!")
    _, status = os.waitpid(writer, 0)
    say(f"exit {os.waitstatus_to_exitcode(status)}")
    os.close(go)
    os.close(let_go)
