"""A process tree on Windows: a Job Object that the kernel ends when its last handle is closed.

NOT RUN by our tests, which run on Linux; written from the documented interface. The script is started suspended and put
into the job before its first instruction, so that nothing it starts is outside. The supervisor holds the only handle:
however the supervisor ends, the kernel ends the job. Windows has no SIGTERM for a process without a window, so that a
sweep has no grace.
"""

import ctypes
import subprocess
import sys
import time
from ctypes import wintypes
from typing import BinaryIO, cast

from .errors import StartFailed
from .sweep import Swept
from .tree import Command, Exit

assert sys.platform == "win32"  # noqa: S101, it tells type checkers which platform's names follow

_CREATE_SUSPENDED = 0x00000004
_BASIC_ACCOUNTING = 1
_EXTENDED_LIMITS = 9
_KILL_ON_JOB_CLOSE = 0x00002000
_ENDED_BY_US = 0xC000013A  # As after Ctrl-C.
_PAUSE_SECONDS = 0.05


class _BasicLimits(ctypes.Structure):
    _fields_ = [
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", wintypes.DWORD),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", wintypes.DWORD),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", wintypes.DWORD),
        ("SchedulingClass", wintypes.DWORD),
    ]


class _ExtendedLimits(ctypes.Structure):
    _fields_ = [
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    ]


class _Accounting(ctypes.Structure):
    _fields_ = [
        ("TotalUserTime", ctypes.c_int64),
        ("TotalKernelTime", ctypes.c_int64),
        ("ThisPeriodTotalUserTime", ctypes.c_int64),
        ("ThisPeriodTotalKernelTime", ctypes.c_int64),
        ("TotalPageFaultCount", wintypes.DWORD),
        ("TotalProcesses", wintypes.DWORD),
        ("ActiveProcesses", wintypes.DWORD),
        ("TotalTerminatedProcesses", wintypes.DWORD),
    ]


class JobTree:
    def __init__(self) -> None:
        self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        self._kernel.CreateJobObjectW.restype = wintypes.HANDLE
        self._job = wintypes.HANDLE(self._kernel.CreateJobObjectW(None, None))
        limits = _ExtendedLimits()
        limits.BasicLimitInformation.LimitFlags = _KILL_ON_JOB_CLOSE
        self._require(
            self._job.value
            and self._kernel.SetInformationJobObject(
                self._job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
            )
        )
        self._main: subprocess.Popen[bytes]

    def start(self, command: Command) -> tuple[int, int]:
        flags = _CREATE_SUSPENDED | subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        try:
            self._main = subprocess.Popen(
                command.argv,
                bufsize=0,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=command.directory,
                env=command.environment,
                creationflags=flags,
            )
        except OSError as error:
            raise StartFailed(error.strerror or "") from error
        handle = wintypes.HANDLE(int(self._main._handle))  # type: ignore[attr-defined]
        if not self._kernel.AssignProcessToJobObject(self._job, handle):
            self._main.kill()
            raise StartFailed(ctypes.FormatError(ctypes.get_last_error()))
        ctypes.WinDLL("ntdll").NtResumeProcess(handle)
        return cast(BinaryIO, self._main.stdout).fileno(), cast(BinaryIO, self._main.stderr).fileno()

    def wait(self) -> None:
        self._main.wait()

    def is_empty_within(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while self._count():
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE_SECONDS)
        return True

    def sweep(self, *, grace_seconds: float, give_up_seconds: float) -> Swept:
        count = self._count()
        self._kernel.TerminateJobObject(self._job, _ENDED_BY_US)
        self.is_empty_within(give_up_seconds)
        left = self._count()
        return Swept(count - left, ["a process of the job"] * left)

    def exit(self) -> Exit:
        return Exit(code=self._main.poll())

    def _count(self) -> int:
        accounting = _Accounting()
        self._require(
            self._kernel.QueryInformationJobObject(
                self._job, _BASIC_ACCOUNTING, ctypes.byref(accounting), ctypes.sizeof(accounting), None
            )
        )
        return int(accounting.ActiveProcesses)

    def _require(self, success: object) -> None:
        if not success:
            raise StartFailed(ctypes.FormatError(ctypes.get_last_error()))
