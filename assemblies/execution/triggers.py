"""The database itself refuses to change or remove events, so that no code of ours can do it by mistake.

A retention sweep marks its own transaction with a row of `EventSwept`, removed before the commit. Engines without a
trigger here keep the hash chain alone.
"""

from collections.abc import Mapping, Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

EVENTS = "ba_queue_workitemevent"
SWEEP = "ba_event_sweep"
MESSAGE = "events of work items are append-only"
SQLITE = (
    f"CREATE TRIGGER {EVENTS}_no_update BEFORE UPDATE ON {EVENTS} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    f"CREATE TRIGGER {EVENTS}_no_delete BEFORE DELETE ON {EVENTS} WHEN NOT EXISTS (SELECT 1 FROM {SWEEP}) "  # noqa: S608
    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
)
SQLITE_REMOVAL = (f"DROP TRIGGER IF EXISTS {EVENTS}_no_update", f"DROP TRIGGER IF EXISTS {EVENTS}_no_delete")
POSTGRESQL = (
    f"""CREATE FUNCTION {EVENTS}_append_only() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM {SWEEP}) THEN RETURN OLD; END IF;
        RAISE EXCEPTION '{MESSAGE}';
    END $$ LANGUAGE plpgsql""",  # noqa: S608  # constants only
    f"CREATE TRIGGER {EVENTS}_append_only BEFORE UPDATE OR DELETE ON {EVENTS} "
    f"FOR EACH ROW EXECUTE FUNCTION {EVENTS}_append_only()",
)
POSTGRESQL_REMOVAL = (
    f"DROP TRIGGER IF EXISTS {EVENTS}_append_only ON {EVENTS}",
    f"DROP FUNCTION IF EXISTS {EVENTS}_append_only()",
)
CREATION = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
REMOVAL = {"sqlite": SQLITE_REMOVAL, "postgresql": POSTGRESQL_REMOVAL}


def create_triggers(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers where `connection` is that of the database `execution`; no other has any."""
    _execute(connection, CREATION)


def remove_triggers(connection: BaseDatabaseWrapper) -> None:
    _execute(connection, REMOVAL)


def _execute(connection: BaseDatabaseWrapper, statements: Mapping[str, Sequence[str]]) -> None:
    if connection.alias != "execution":
        return
    with connection.cursor() as cursor:
        for statement in statements.get(connection.vendor, ()):
            cursor.execute(statement)
