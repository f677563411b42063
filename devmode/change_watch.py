"""Whether anything may have been committed to a database since it was last asked: for loops that look often and mostly
find nothing."""

from threading import local
from time import monotonic

from django.db import connections


class ChangeWatch:
    """Answers True where it cannot tell, and at least once in `at_least_every_seconds`, since time changes things, too.

    SQLite counts what other connections committed (https://sqlite.org/pragma.html#pragma_data_version), and reading
    that costs a tenth of a small query; other engines have nothing of the kind and are asked each time. It does not
    count what the asking connection itself committed: a loop knows what it did. Each thread has its own connection
    and hears of every change once; one that fails to act on it does so when time has passed.
    """

    def __init__(self, alias: str, *, at_least_every_seconds: float) -> None:
        self._alias = alias
        self._at_least_every_seconds = at_least_every_seconds
        self._look_at = 0.0
        self._seen = local()

    def may_have_changed(self) -> bool:
        """Say whether to look now.

        Raises:
            django.db.Error: the database cannot be read.
        """
        version = self._version()
        is_same = version is not None and version == getattr(self._seen, "version", None)
        self._seen.version = version
        if is_same and monotonic() < self._look_at:
            return False
        self._look_at = monotonic() + self._at_least_every_seconds
        return True

    def _version(self) -> tuple[object, int] | None:
        connection = connections[self._alias]
        if connection.vendor != "sqlite":
            return None
        connection.ensure_connection()
        # Past the ORM's cursor, which takes longer than the question. Each connection counts for itself; the object is
        # kept, so that no later one has its identity.
        with connection.wrap_database_errors:
            return connection.connection, connection.connection.execute("PRAGMA data_version").fetchone()[0]
