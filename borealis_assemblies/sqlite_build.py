"""Choose one SQLite build for the whole process.

SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when connections write and checkpoint at once
(https://sqlite.org/wal.html, "the WAL-reset bug"). Where the pinned wheel carries a fixed build it takes the place of
the standard library's; two builds in one process would drop each other's file locks, so the swap is all or nothing.
"""

import sys


def install() -> None:
    """Let `sqlite3` mean the fixed build wherever its wheel is installed and nothing has loaded another."""
    if "sqlite3" in sys.modules:
        return
    try:
        import pysqlite3
        import pysqlite3.dbapi2
    except ImportError:
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
