"""A process tree on Linux: whatever loses its parent becomes this process's child, so that nothing leaves the tree.

A child's id stays its own until this process reaps it. So children are signalled by id without a doubt, and ending all
children again and again ends the tree, however deep and fast it grows: a process that has lost its parent is
the next child. The script's own process is reaped last, which keeps its process group's id, too.
"""

import ctypes
import os
import resource
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import BinaryIO, cast

from .errors import StartFailed
from .processes import Process, children_of, descendants, send
from .sweep import Sweep, Swept
from .tree import Command, Exit

assert sys.platform == "linux"  # noqa: S101, it tells type checkers which platform's names follow

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
# Of one pass: enough for the deepest real tree, few enough to look for what hides below a child that cannot end.
_MAX_LAYERS = 50


class ReapedTree:
    """At most one in a process, and no other children there. Made while the process has one thread."""

    def __init__(self) -> None:
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl
        if self._prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
            raise StartFailed(os.strerror(ctypes.get_errno()))
        # Neither the script nor the supervisor leaves its memory, secrets in it, in a file.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        self._pid = os.getpid()
        self._reaping = threading.Lock()
        self._exit = Exit()
        self._main: subprocess.Popen[bytes]

    def start(self, command: Command) -> tuple[int, int]:
        account = command.account
        try:
            self._main = subprocess.Popen(
                command.argv,
                bufsize=0,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=command.directory,
                env=command.environment,
                start_new_session=True,
                umask=0o022,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=account.groups if account else None,
                preexec_fn=self._end_with_supervisor,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise StartFailed(getattr(error, "strerror", None) or "") from error
        return cast(BinaryIO, self._main.stdout).fileno(), cast(BinaryIO, self._main.stderr).fileno()

    def wait(self) -> None:
        # A sweep may reap the last child first.
        with suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)) and ended.si_pid != self._main.pid:
                # Orphans of the tree that ended; a script may leave many in an hour.
                with self._reaping:
                    _reap(ended.si_pid)

    def is_empty_within(self, seconds: float) -> bool:
        return Sweep(self._alive).wait(seconds)

    def sweep(self, *, grace_seconds: float, give_up_seconds: float) -> Swept:
        swept = Sweep(self._alive, self._kill).run(grace_seconds=grace_seconds, give_up_seconds=give_up_seconds)
        while not swept.left:
            self._reap_main()
            if not _has_children():
                break
            # One that appeared while /proc was read. That no child is left is said by the kernel, not by /proc.
            again = Sweep(self._alive, self._kill).run(grace_seconds=0, give_up_seconds=give_up_seconds)
            swept = Swept(swept.ended + again.ended, again.left)
        return swept

    def exit(self) -> Exit:
        return self._exit

    def _end_with_supervisor(self) -> None:
        """Between fork and exec: should the supervisor be killed, the kernel ends the script's own process."""
        self._prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != self._pid:
            os._exit(1)

    def _alive(self) -> list[Process]:
        with self._reaping:
            for child in self._children():
                _reap(child)
        return [process for process in descendants([self._pid]) if not process.is_dead]

    def _children(self) -> list[int]:
        """The direct children but for the script's own process."""
        return [child for child in children_of(self._pid) if child != self._main.pid]

    def _kill(self) -> None:
        with self._reaping:
            if self._main.returncode is None:
                # Reaches a whole group at once, however fast it forks.
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._main.pid, signal.SIGKILL)
            for _ in range(_MAX_LAYERS):
                children = self._children()
                if not children:
                    break
                for child in children:
                    if not _reap(child):
                        with suppress(ProcessLookupError, PermissionError):
                            os.kill(child, signal.SIGKILL)
        for process in descendants([self._pid]):
            send(process, signal.SIGKILL)

    def _reap_main(self) -> None:
        with self._reaping:
            if self._main.returncode is not None:
                return
            code = self._main.wait()
        self._exit = Exit(code=code) if code >= 0 else Exit(signal=-code)


def _reap(child: int) -> bool:
    with suppress(ChildProcessError):
        return os.waitpid(child, os.WNOHANG)[0] == child
    return True


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
