"""`serve` on a disk that can only be read: the command again, on copies of the databases in another folder.

Files of payloads are read where they are; nothing is migrated, flushed, run or kept. Once the disk can be written the
command begins again on the databases themselves. The folder is removed then, and at the end; of a process that is
killed it stays in the system's folder for temporary files.
"""

import logging
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import environ
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management.base import CommandError
from django.db import connections

from devmode.disk_faults import DiskFault
from devmode.models.attempt_count import AttemptCount
from devmode.models.audit import AuditEntry, AuditHead
from devmode.models.token import ApiToken
from devmode.sqlite_files import find_sqlite_file
from devmode.stand_in import (
    Rules,
    Writable,
    copy_database,
    find_fault_to_copy,
    find_originals,
    let_nothing_be_written,
)

logger = logging.getLogger(f"borealis.engine.{__name__}")
PREFIX = "borealis-read-only-"
FOLDER_SETTING = "BOREALIS_STAND_IN"
# What a log-in writes.
RULES: Rules = {
    AttemptCount._meta.db_table: Writable.ALL,
    AuditEntry._meta.db_table: Writable.ALL,
    AuditHead._meta.db_table: Writable.ALL,
    Session._meta.db_table: Writable.NEW_ROWS,
    ApiToken._meta.db_table: Writable.NEW_ROWS,
    User._meta.db_table: "last_login",
}


def begin_read_only() -> None:
    """Begin again on copies, and do not return, where the disk can only be read. Raises CommandError without room."""
    if not settings.STAND_IN and (fault := find_fault_to_copy()):
        logger.warning("serve: begins on copies of the databases. %s", fault.advice)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        try:
            _copy_databases(folder, fault)
        except (OSError, sqlite3.Error) as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise CommandError(f"{fault.advice} The databases cannot be read either: {error}") from error
        _begin_again({FOLDER_SETTING: str(folder)})


def is_healed() -> bool:
    """Say, in a process that works on copies, whether the databases themselves can be written again."""
    return bool(settings.STAND_IN) and find_fault_to_copy(find_originals()) is None


def begin_for_writing() -> NoReturn:
    """Begin again on the databases themselves."""
    remove_copies()
    _begin_again({})


def remove_copies() -> None:
    if settings.STAND_IN:
        connections.close_all()
        shutil.rmtree(settings.STAND_IN, ignore_errors=True)


def _copy_databases(folder: Path, fault: DiskFault) -> None:
    connections.close_all()
    for alias in connections:
        file = find_sqlite_file(alias)
        if file and file.exists():
            copy = folder / f"{alias}.db"
            copy_database(file, copy)
            let_nothing_be_written(copy, fault, rules=RULES)


def _begin_again(added: Mapping[str, str]) -> NoReturn:
    environment = {name: value for name, value in environ.Env.ENVIRON.items() if name != FOLDER_SETTING}
    os.execve(sys.executable, sys.orig_argv, {**environment, **added})  # noqa: S606  # the command that was typed
