"""The file that `BOREALIS_ENV_FILE` names: settings as lines `NAME=value`, below what the environment itself says.

Unlike the environment of a process it can be read again: `serve` does so at SIGHUP. Settings read this before Django is
set up, so nothing of Django is imported here.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import environ

NAME = "BOREALIS_ENV_FILE"
# What only server processes use, and what each of them may read at another time than the others. Where data are, what
# flushes and runs them and where it listens is the same for all processes of `serve`, from its start to its end.
READ_AGAIN = frozenset(
    f"BOREALIS_{name}"
    for name in (
        "ALLOWED_HOSTS CORS_ALLOWED_ORIGINS PUBLIC_URL TRUSTED_PROXIES METRICS_TOKEN LOG_FORMAT LOG_LEVEL "
        "MAX_DOCUMENT_BYTES MAX_ATTACHMENT_BYTES DEV_MODE_TTL_SECONDS DEV_MODE_MAX_SECONDS RECENT_LOGIN_SECONDS "
        "OFFICIAL_SOURCE OFFICIAL_REF OFFICIAL_MAX_AGE_DAYS OFFICIAL_SIGNING_KEYS"
    ).split()
)


class _Lines(environ.Env):  # type: ignore[misc]  # it has no stubs
    """Reads into a mapping of its own, and not into the environment that every child process inherits."""

    ENVIRON: ClassVar[dict[str, str]] = {}


def read_settings_file(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the file says that `environment` names, nothing where it names none. Raises OSError."""
    if not (name := environment.get(NAME, "").strip()):
        return {}
    _Lines.ENVIRON.clear()
    with Path(name).expanduser().open(encoding="utf-8") as lines:
        _Lines.read_env(lines)
    return dict(_Lines.ENVIRON)


def changed_for_good(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names whose change takes a restart."""
    changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    return sorted(changed - READ_AGAIN)
