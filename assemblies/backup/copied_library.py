"""Verify the copy of a library as if it were the one in use: by the same verifier, over connections of its own.

Connections belong to a thread: in another one the same aliases lead to the copies, and nothing else notices.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from django.db import connections

from assemblies.inspection.verify import Finding, verify_library
from assemblies.payloads import PayloadStore
from assemblies.progress import Track, untracked
from devmode.sqlite_files import sqlite_uri

# A domain database is copied before `default` and may be behind what that says of it: the next flush repairs it.
EXPECTED_KINDS = frozenset({"domain_state"})


def verify_copy(
    databases: Mapping[str, Path], store: PayloadStore, *, now: datetime, track: Track = untracked
) -> list[Finding]:
    """Return what is wrong with the library whose databases are in these files. Nothing is written, not even a lock."""

    def verify() -> list[Finding]:
        _lead_to(databases)
        try:
            return verify_library(store, now=now, track=track).findings
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as pool:
        findings = pool.submit(verify).result()
    return [finding for finding in findings if finding.kind not in EXPECTED_KINDS]


def _lead_to(databases: Mapping[str, Path]) -> None:
    """Let this thread's connections lead to the copies."""
    for alias, path in databases.items():
        connection = connections[alias]
        facts = {**connection.settings_dict, "NAME": sqlite_uri(path, "ro", immutable=True), "OPTIONS": {}}
        connections[alias] = type(connection)(facts, alias)
