"""`serve --demo`: the command again, on a runtime root of its own that is removed when it ends.

Nothing that names real data reaches it: of the environment's BOREALIS_* names only those pass that say where it is
reached. A process that is killed leaves its folder in the system's folder for temporary files.
"""

import atexit
import logging
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import environ
from django.conf import settings
from django.db import connections

from assemblies.conf import payload_store
from assemblies.demo.fill import LibraryNotEmpty, fill

# Put into the runtime root by who made it: only a root that has it is ever filled, or removed.
MARK = "demonstration"
PREFIX = "borealis-demonstration-"
ADMINISTRATOR = "ada"
PASSWORD_BYTES = 9
WHERE_IT_IS_REACHED = frozenset({"BOREALIS_PUBLIC_URL", "BOREALIS_ALLOWED_HOSTS", "BOREALIS_TRUSTED_PROXIES"})
# Long enough that what waits to be written can be seen waiting.
FLUSH_INTERVAL_SECONDS = 3600


def enter_demonstration(*, host: str, port: int, workers: int) -> str:
    """Return, in a process whose runtime root is a new demonstration's, where that is; it is removed at the end.

    In any other process, begin again on such a root and do not return. Raises LibraryNotEmpty when a demonstration was
    filled into the root before.
    """
    root: Path = settings.RUNTIME_ROOT
    if not (root / MARK).is_file():
        _begin_again(host, port, workers)
    if (root / "Assemblies").exists():
        raise LibraryNotEmpty
    atexit.register(_remove, root)
    return f"A demonstration in {root}, removed when it ends; no other library is touched."


def fill_demonstration() -> Iterator[str]:
    """Fill the prepared library and yield who may sign in, a line each."""
    people = fill(payload_store(), Path(settings.OFFICIAL_SOURCE))
    yield "Sign in as (the passwords are shown this once):"
    for person in people:
        yield f"  {person.name:<6}{person.role:<15}{person.password}"


def _begin_again(host: str, port: int, workers: int) -> NoReturn:
    root = Path(tempfile.mkdtemp(prefix=PREFIX))
    (root / MARK).touch()
    command = [sys.executable, "-m", "django", "serve", "--demo", "--workers", str(workers)]
    environment = _environment(root, host, port)
    if sys.platform == "win32":
        # There, a replaced process would go on in the background.
        sys.exit(subprocess.call(command, env=environment))
    os.execve(sys.executable, command, environment)  # noqa: S606  # a fixed argv, and no shell is wanted


def _environment(root: Path, host: str, port: int) -> dict[str, str]:
    environment = {
        name: value
        for name, value in environ.Env.ENVIRON.items()
        if not name.startswith("BOREALIS_") or name in WHERE_IT_IS_REACHED
    }
    search_path = [str(settings.BASE_DIR), *filter(None, [environment.get("PYTHONPATH")])]
    return environment | {
        "PYTHONPATH": os.pathsep.join(search_path),
        "BOREALIS_ROOT": str(root),
        "BOREALIS_RUNTIME_ROOT": str(root),
        "BOREALIS_OFFICIAL_SOURCE": str(root / "published"),
        "BOREALIS_HOST": host,
        "BOREALIS_PORT": str(port),
        "BOREALIS_ADMIN_USERNAME": ADMINISTRATOR,
        "BOREALIS_ADMIN_PASSWORD": secrets.token_urlsafe(PASSWORD_BYTES),
        "BOREALIS_FLUSH_INTERVAL_SECONDS": str(FLUSH_INTERVAL_SECONDS),
    }


def _remove(root: Path) -> None:
    connections.close_all()
    # On Windows a file that is open, as the log is, cannot be removed.
    logging.shutdown()
    shutil.rmtree(root, ignore_errors=True)
