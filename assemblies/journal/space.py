"""Room for what a change adds to `default`, asked before the change takes its turn. Reading needs none."""

from django.db import DEFAULT_DB_ALIAS, connections

from assemblies.journal.turn import sqlite_path
from assemblies.payloads.free_space import require_free_space


def require_space_for_changes() -> None:
    """Raise StorageFull when the disk of `default` is nearly full. Servers of databases watch their own disks."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "sqlite":
        require_free_space(sqlite_path(str(connection.settings_dict["NAME"])).parent)
