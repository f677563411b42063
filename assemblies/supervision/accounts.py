"""The account a script runs as, where the supervisor is root and may choose."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from .errors import AccountUnavailable


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int
    groups: list[int]
    home: str
    shell: str

    def check_passage(self, directory: Path) -> None:
        """Raises AccountUnavailable where the account cannot come to the directory (access lists are not read)."""
        for parent in directory.parents:
            status = parent.stat()
            owner, group = status.st_uid == self.uid, status.st_gid in (self.gid, *self.groups)
            if not status.st_mode & (0o100 if owner else 0o010 if group else 0o001):
                raise AccountUnavailable("The account cannot enter the directory that runs are made in.")


def find_account(name: str) -> Account:
    """Raises AccountUnavailable."""
    if sys.platform == "win32":
        raise AccountUnavailable("On Windows a script runs as the worker's account.")
    import pwd

    if os.geteuid() != 0:
        raise AccountUnavailable("Only root can run a script as another account.")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise AccountUnavailable("The account was not found on this machine.") from None
    groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, groups, entry.pw_dir, entry.pw_shell)
