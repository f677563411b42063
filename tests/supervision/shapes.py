"""Programs that make process trees which are hard to end. Run as a script: shapes.py SHAPE stays|ends OWNER.

Each prints "ready" once its tree is there. OWNER is only there to be found in the command of every process.
"""

import contextlib
import os
import signal
import sys
import time


def children() -> None:
    """Three children, each with a child."""
    for _ in range(3):
        if not os.fork():
            os.fork()
            forever()


def daemon() -> None:
    """A daemon by the book: two forks, a session of its own, nothing open."""
    if not os.fork():
        detach()
        os.closerange(0, 256)
        forever()
    os.wait()


def deaf() -> None:
    """Processes that ignore all that can be ignored, as under nohup."""
    ignore_signals()
    for _ in range(2):
        if not os.fork():
            os.setsid()
            forever()


def stopped() -> None:
    """A stopped process, which acts on no signal but SIGKILL, and a stopped one below it."""
    child = os.fork()
    if not child:
        if not os.fork():
            os.kill(os.getpid(), signal.SIGSTOP)
            forever()
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGSTOP)
        forever()
    os.waitpid(child, os.WUNTRACED)


def nameless() -> None:
    """A daemon that has cleared its environment, so that no mark is left."""
    if not os.fork():
        detach()
        command = [sys.executable, "-ISc", "import time; time.sleep(600)", sys.argv[3]]
        os.execve(sys.executable, command, {})  # noqa: S606, no shell is what this shape is about
    os.wait()


def comet() -> None:
    """A process that is another one, in a session of its own, every millisecond."""
    if not os.fork():
        ignore_signals()
        while True:
            if os.fork():
                os._exit(0)
            os.setsid()
            time.sleep(0.001)


def bomb() -> None:
    """Sixty-odd processes that each replace whatever child they lose."""
    ignore_signals()
    if not os.fork():
        breed(5)


def deep() -> None:
    """A chain of fifty processes, each in a group of its own."""
    ignore_signals()
    for _ in range(50):
        if os.fork():
            if os.getpid() != MAIN:
                forever()
            return
        os.setpgid(0, 0)


def talker() -> None:
    """A daemon that keeps the output open and goes on writing."""
    if not os.fork():
        detach()
        ignore_signals()
        while True:
            with contextlib.suppress(OSError):
                os.write(1, b"still here\n")
            time.sleep(0.01)
    os.wait()


def heir() -> None:
    """A process that answers SIGTERM by starting another one that is deaf to it."""

    def answer(*_: object) -> None:
        if not os.fork():
            os.setsid()
            ignore_signals()
            forever()
        os._exit(0)

    if not os.fork():
        signal.signal(signal.SIGTERM, answer)
        forever()
    time.sleep(0.05)


def breed(generations: int) -> None:
    for _ in range(2 if generations else 0):
        if not os.fork():
            breed(generations - 1)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            forever()
        if not os.fork():
            breed(generations - 1)


def detach() -> None:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")


def ignore_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


def forever() -> None:
    while True:
        time.sleep(600)


MAIN = os.getpid()
SHAPES = {
    shape.__name__: shape for shape in (children, daemon, deaf, stopped, nameless, comet, bomb, deep, talker, heir)
}

if __name__ == "__main__":
    SHAPES[sys.argv[1]]()
    time.sleep(0.1)
    os.write(1, b"ready\n")
    if sys.argv[2] == "stays":
        forever()
    os._exit(5)
