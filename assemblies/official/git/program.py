"""The git program, held short: a fixed argv, a scrubbed environment, nothing to ask, limits in time, output and disk.

No setting of the system or the user reaches it, no hook, no helper, no prompt, and no protocol but the one allowed. It
leads a process group of its own, which ends with it.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO

import environ

from assemblies.errors import SourceUnreadable

# What a user's machine must be able to tell: where programs, keys, the agent, certificates and proxies are.
PASSED_ON = frozenset(
    "PATH HOME USER LOGNAME TMPDIR TEMP TMP SYSTEMROOT USERPROFILE SSH_AUTH_SOCK SSL_CERT_FILE SSL_CERT_DIR "
    "HTTPS_PROXY NO_PROXY ALL_PROXY https_proxy no_proxy all_proxy".split()
)
ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oPermitLocalCommand=no -oForwardAgent=no",
    "GIT_SSH_VARIANT": "ssh",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_FLUSH": "1",
    "LC_ALL": "C",
}
SETTINGS = (
    "core.hooksPath=",
    "core.fsmonitor=false",
    "core.askPass=",
    "core.bigFileThreshold=16m",
    "core.fsync=committed",
    "credential.helper=",
    "credential.interactive=false",
    "fetch.recurseSubmodules=false",
    "gc.auto=0",
    "http.followRedirects=false",
    "http.sslVerify=true",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=30",
    "maintenance.auto=false",
    "protocol.allow=never",
    "protocol.ext.allow=never",
    "submodule.recurse=false",
    "transfer.bundleURI=false",
    "transfer.credentialsInUrl=die",
    "transfer.fsckObjects=true",
)
POLL_SECONDS = 0.02
WATCH_EVERY_SECONDS = 0.25
MAX_COMPLAINT_BYTES = 64 * 1024
MAX_REASON_LENGTH = 300

_CREDENTIALS = re.compile(r"//[^/\s@]*@")
_COMPLAINT = re.compile(r"^(?:fatal|error): (.*)$", re.MULTILINE)


class GitFailed(Exception):
    """git ended with an error, or was stopped. `str()` is a short reason that may be shown."""


class GitLimit(GitFailed):
    """git took too long or brought too much."""


@dataclass(frozen=True, kw_only=True)
class GitProgram:
    """git at work on the bare repository `folder`, over `protocol` only ("" for none)."""

    folder: Path
    protocol: str = ""

    def run(
        self,
        *arguments: str,
        seconds: float,
        max_output_bytes: int = 1024 * 1024,
        check: Callable[[], None] = lambda: None,
    ) -> bytes:
        """Return what a git command prints. Raises GitFailed; GitLimit also when `check`, called again and again, does.

        `--end-of-options` or `--` is the caller's to put before operands.
        """
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
            with self.started(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=complaints) as process:
                ends_at, checked_at = monotonic() + seconds, monotonic()
                while not _ended(process):
                    if monotonic() > ends_at:
                        raise GitLimit(f"it took more than {seconds:g} seconds")
                    if _size(output) > max_output_bytes or _size(complaints) > MAX_COMPLAINT_BYTES:
                        raise GitLimit("it answered with more than is believable")
                    if monotonic() > checked_at + WATCH_EVERY_SECONDS:
                        check()
                        checked_at = monotonic()
            if process.returncode != 0:
                raise GitFailed(self._reason(complaints, process.returncode))
            if _size(output) > max_output_bytes:
                raise GitLimit("it answered with more than is believable")
            output.seek(0)
            return output.read()

    @contextmanager
    def started(
        self, arguments: Iterable[str], *, stdin: int, stdout: int | IO[bytes], stderr: int | IO[bytes]
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run git for as long as the block lasts; when it still runs then, it and its group are ended."""
        process = subprocess.Popen(
            [_program(), *self._options(), *arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            cwd=self.folder,
            env=_environment(),
            start_new_session=True,
        )
        try:
            yield process
        finally:
            end(process)
            process.wait()

    def _options(self) -> Iterator[str]:
        yield "--no-pager"
        yield f"--git-dir={self.folder}"
        for setting in SETTINGS:
            yield from ("-c", setting)
        if self.protocol:
            yield from ("-c", f"protocol.{self.protocol}.allow=always")

    def _reason(self, complaints: IO[bytes], code: int) -> str:
        """Return git's first complaint without credentials, control characters and this machine's paths."""
        complaints.seek(0)
        text = complaints.read(MAX_COMPLAINT_BYTES).decode("utf-8", "replace").replace(str(self.folder), "the mirror")
        found = _COMPLAINT.search(text)
        return scrubbed(found[1]) if found else f"git ended with {code}"


def scrubbed(text: str) -> str:
    """Return one short printable line without credentials."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return _CREDENTIALS.sub("//***@", line).strip().rstrip(".")[:MAX_REASON_LENGTH]


def _program() -> str:
    found = shutil.which("git")
    if found is None:
        raise SourceUnreadable(
            "The official source is a git repository and git is not installed here; install git, or name a folder of "
            "documents as the source."
        )
    return found


def _environment() -> dict[str, str]:
    return {name: value for name, value in environ.Env.ENVIRON.items() if name in PASSED_ON} | ENVIRONMENT


def _ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process and its group, if it has not ended."""
    # A process that was waited for has given its number back: it may be anybody's by now.
    if process.poll() is not None:
        return
    if os.name == "nt":
        stop = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(stop, capture_output=True, check=False)
    else:
        os.killpg(process.pid, signal.SIGKILL)


def _size(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size
