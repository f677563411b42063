"""A real deployment for tests: `manage.py` in processes of its own, over a runtime root and on a port of its own."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from devmode import disk_reserve
from tests.commands.http_client import HttpClient
from tests.patience import HANG_SECONDS

PROJECT = Path(__file__).resolve().parents[2]
ADMIN_PASSWORD = "a long test password"
STATE = """
import json
from assemblies.journal.pending import pending_writes
from assemblies.models import Assembly, DomainState, JournalHead, Watermark
head = JournalHead.objects.first()
print(json.dumps({
    "head": head.sequence if head else 0,
    "pending": len(pending_writes()),
    "guids": list(Assembly.objects.live().values_list("guid", flat=True)),
    "replicas": {domain: Watermark.objects.using(domain).values_list("sequence", flat=True).first() or 0
                 for domain in ("official", "community", "user_created")},
}))
"""


# Below the ports that systems give to outgoing connections, one of which could take a port before its server does.
# Each process of the tests has its own.
PORTS = range(20_000 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), 32_000, 16)
_draw = random.SystemRandom()


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def free_port() -> int:
    while True:
        try:
            with socket.create_server(("127.0.0.1", _draw.choice(PORTS))) as listener:
                return int(listener.getsockname()[1])
        except OSError:
            continue


@dataclass(frozen=True)
class Prepared:
    """A runtime root as `prepare` leaves it, and a token of its administrator `admin`."""

    root: Path
    token: str

    @classmethod
    def at(cls, root: Path) -> Self:
        return cls(root, (root.parent / "token").read_text())

    @classmethod
    def make(cls, root: Path) -> None:
        deployment = Deployment(root)
        deployment.answer("prepare")
        (root.parent / "token").write_text(deployment.answer("create_token", "admin"))


class Deployment:
    """A runtime root, its settings and the commands run on it."""

    def __init__(self, root: Path, **settings: str) -> None:
        self.root = root
        self.port = free_port()
        ours = {name: value for name, value in os.environ.items() if not name.startswith("BOREALIS_")}
        self.environment = ours | {
            "BOREALIS_RUNTIME_ROOT": str(root),
            "BOREALIS_PORT": str(self.port),
            "BOREALIS_ADMIN_PASSWORD": ADMIN_PASSWORD,
            # Two processes less at each start; tests about runs and devices turn them on.
            "BOREALIS_LOCAL_WORKER": "off",
            "BOREALIS_REALTIME_PORT": "0",
            "BOREALIS_REPO": "",
            "DJANGO_SETTINGS_MODULE": "borealis_assemblies.settings",
            **settings,
        }

    @classmethod
    def of(cls, prepared: Prepared, root: Path, **settings: str) -> Self:
        """Return one that begins with a copy of what is prepared already: making it costs seconds each time."""
        shutil.copytree(prepared.root, root, ignore=shutil.ignore_patterns(disk_reserve.NAME))
        return cls(root, **settings)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return self.start_python("manage.py", *arguments)

    def start_python(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=self.environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments)
        stdout, stderr = process.communicate(timeout=HANG_SECONDS)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def answer(self, *arguments: str) -> str:
        """Run a command that must succeed and return its stdout."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def state(self) -> dict[str, Any]:
        """Return what the databases hold, read by another process."""
        facts: dict[str, Any] = json.loads(self.answer("shell", "--verbosity", "0", "--command", STATE))
        return facts

    def serve(self, *arguments: str) -> "RunningServer":
        return RunningServer(self, self.start("serve", "--no-sync", *arguments))

    def serve_after(self, code: str) -> "RunningServer":
        """Serve in a parent process that runs `code` first: how a test plants a fault there."""
        lines = ["import borealis_assemblies, django", "from django.core import management", "django.setup()", code]
        lines.append("management.execute_from_command_line(['manage.py', 'serve', '--no-sync'])")
        return RunningServer(self, self.start_python("-c", "\n".join(lines)))

    @property
    def engine_log(self) -> str:
        return (self.root / "Logs" / "engine.log").read_text()


class RunningServer:
    """A `serve` and the processes under it; leaving it kills what is left of them."""

    def __init__(self, deployment: Deployment, process: "subprocess.Popen[str]") -> None:
        self.deployment = deployment
        self.process = process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill_group()
        self.process.communicate(timeout=HANG_SECONDS)

    def client(self, token: str = "") -> HttpClient:
        return HttpClient("127.0.0.1", self.deployment.port, token=token)

    def wait_until_it_answers(self, *, seconds: float = HANG_SECONDS) -> float:
        """Return how long it took until /health was answered."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            if self.process.poll() is not None:
                raise AssertionError(f"serve ended with {self.process.returncode}: {self.process.communicate()}")
            if self.answers():
                return time.monotonic() - started
            time.sleep(0.03)
        raise AssertionError(f"no answer within {seconds} s")

    def answers(self) -> bool:
        with self.client() as client:
            return client.find_answer("GET", "/health") is not None

    def workers(self) -> list[int]:
        """Return the server processes' ids, from the kernel."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        children = " ".join(file.read_text() for file in threads).split()
        return [pid for pid in map(int, children) if self.is_fork(pid) or b"spawn_main" in command_line(pid)]

    def is_fork(self, pid: int) -> bool:
        """Say whether a process is a fork of the parent: the first server processes are, those that follow one that
        died are not."""
        return command_line(pid) == command_line(self.process.pid)

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal to the parent; return its exit code and how long it took."""
        started = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(timeout=HANG_SECONDS)
        return code, time.monotonic() - started

    def kill_group(self) -> None:
        """SIGKILL to the parent and everything under it at once."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait(timeout=HANG_SECONDS)
