"""The two servers, each in a process of its own over a folder of its own."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.client import Client

PROJECT = Path(__file__).resolve().parents[1]
THREADS = 4
SECONDS_TO_START = 120


@dataclass(frozen=True)
class Server:
    """A server that answers. `path_of_list` and `path_of_item` are what the figures ask it for."""

    name: str
    port: int
    token: str
    path_of_list: str

    def connect(self) -> Client:
        return Client(self.port, self.token)


class Library:
    """The library over a runtime root below `folder`, with commands run as people run them."""

    def __init__(self, folder: Path, source: Path) -> None:
        self.source = source
        self.environment = _inherited() | {
            "BOREALIS_RUNTIME_ROOT": str(folder / "library"),
            "BOREALIS_OFFICIAL_SOURCE": str(source),
            "DJANGO_SETTINGS_MODULE": "borealis_assemblies.settings",
        }

    def run(self, *arguments: str) -> str:
        return _output([sys.executable, "manage.py", *arguments], self.environment)

    def run_json(self, *arguments: str) -> dict[str, Any]:
        answered: dict[str, Any] = json.loads(self.run(*arguments, "--json"))
        return answered

    @contextmanager
    def served(self) -> Iterator[Server]:
        token = self.run("create_token", "admin")
        port = free_port()
        command = [sys.executable, "manage.py", "serve", "--no-sync", "--port", str(port)]
        with _running(command, self.environment, port, "/health"):
            yield Server("library", port, token, "/api/assemblies")


class Plain:
    """The plain server over a folder; `sent_bytes` is what it sends without a framework."""

    def __init__(self, folder: Path, rows: int) -> None:
        folder.mkdir()
        self.folder = folder
        settings = {"PLAIN_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "benchmarks.plain.settings"}
        self.environment = _inherited() | settings
        self.token = _output([sys.executable, "-m", "benchmarks.plain", str(rows)], self.environment)

    @contextmanager
    def served(self, sent_bytes: bytes = b"{}") -> Iterator[Server]:
        (self.folder / "bytes").write_bytes(sent_bytes)
        port = free_port()
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws"]
        command += ["--blocking-threads", str(THREADS), "--log-level", "warning", "benchmarks.plain.wsgi:application"]
        with _running(command, self.environment, port, "/bytes"):
            yield Server("plain", port, self.token, "/scripts")


def _inherited() -> dict[str, str]:
    """Return our environment without settings of the library; Python keeps byte code, as it does for users."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("BOREALIS_") and name != "PYTHONDONTWRITEBYTECODE"
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _output(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int, path: str) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(process, port, path)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(process: "subprocess.Popen[bytes]", port: int, path: str) -> None:
    ends = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < ends and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.01)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError(f"no answer from {process.args!r}")
