"""The environment of a script: what this machine says of itself, and nothing of the worker's own."""

import os
import sys
from pathlib import Path

from .accounts import Account

_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_ALLOWED = frozenset(
    "HOME USER LOGNAME SHELL LANG LANGUAGE TZ SSL_CERT_FILE SSL_CERT_DIR "
    "HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY".split()
)
_ALLOWED_WINDOWS = frozenset(
    "ALLUSERSPROFILE APPDATA COMMONPROGRAMFILES COMMONPROGRAMFILES(X86) COMMONPROGRAMW6432 COMPUTERNAME COMSPEC "
    "HOMEDRIVE HOMEPATH LOCALAPPDATA NUMBER_OF_PROCESSORS OS PATHEXT PROCESSOR_ARCHITECTURE PROGRAMDATA PROGRAMFILES "
    "PROGRAMFILES(X86) PROGRAMW6432 PSMODULEPATH PUBLIC SYSTEMDRIVE SYSTEMROOT USERDOMAIN USERNAME USERPROFILE "
    "WINDIR".split()
)


def clean_environment(worker: dict[str, str], account: Account | None, temporary: Path) -> dict[str, str]:
    """What a script finds before its variables are added. Another account gets nothing of the worker's own."""
    allowed = _ALLOWED_WINDOWS | _ALLOWED if sys.platform == "win32" else _ALLOWED
    kept = {name: value for name, value in worker.items() if name.upper() in allowed or name.startswith("LC_")}
    kept["PATH"] = search_path(worker, as_account=account is not None)
    if account:
        kept |= {"HOME": account.home, "USER": account.name, "LOGNAME": account.name, "SHELL": account.shell}
    if not any(name in kept for name in ("LANG", "LC_ALL", "LC_CTYPE")):
        kept["LANG"] = "C.UTF-8"
    # Python keeps back what it writes to a pipe; people want to see a line when it is written.
    kept |= {"PYTHONUNBUFFERED": "1"}
    return kept | dict.fromkeys(("TEMP", "TMP") if sys.platform == "win32" else ("TMPDIR",), str(temporary))


def search_path(worker: dict[str, str], *, as_account: bool = False) -> str:
    """Where programs are looked for: the worker's PATH without relative places and without its own environment."""
    if as_account:
        return _DEFAULT_PATH
    places = [place for place in worker.get("PATH", "").split(os.pathsep) if Path(place).is_absolute()]
    return os.pathsep.join(place for place in places if not is_own_environment(place)) or _DEFAULT_PATH


def is_own_environment(place: str) -> bool:
    """Whether the path lies in the virtual environment that runs the library."""
    return sys.prefix != sys.base_prefix and Path(place).absolute().is_relative_to(sys.prefix)
