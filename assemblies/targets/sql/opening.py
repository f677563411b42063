"""Open the database of a connection, with limits on how long anything may take."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from django.conf import settings
from sqlalchemy import event, exc
from sqlalchemy.pool import NullPool

from assemblies.durable_files import make_folder
from assemblies.targets.errors import UnsupportedEngine
from assemblies.targets.models import Engine, PersistenceConnection
from assemblies.targets.places import check_connection, sqlite_file, targets_folder
from assemblies.targets.sql.faults import Fault, TargetFault, fault_of

OpenTarget = sa.Engine
DRIVERS = {Engine.SQLITE: "sqlite", Engine.POSTGRESQL: "postgresql+psycopg", Engine.MYSQL: "mysql+pymysql"}
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 60
# The server ends a session that falls silent in a transaction: after a cut line our own locks would keep us out.
SILENT_SECONDS = 15
# What only a library's own database has; a copy in it would mix with the queue itself.
OWN_TABLE = "ba_execution_epoch"


def open_target(connection: PersistenceConnection) -> sa.Engine:
    """Return an engine for a connection; nothing is connected yet.

    Raises InvalidField and OwnDatabase where that is not allowed, UnsupportedEngine, TargetFault without a driver.
    """
    engine = Engine(connection.target.engine)
    if engine not in DRIVERS:
        raise UnsupportedEngine
    check_connection(connection)
    try:
        opened = sa.create_engine(
            _url(connection, engine), connect_args=_arguments(connection, engine), **_pool(engine)
        )
    except ModuleNotFoundError as error:
        raise TargetFault(Fault.UNREACHABLE, {"driver": str(error.name)}) from error
    if engine is Engine.SQLITE:
        _use_immediate_transactions(opened)
    return opened


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open one transaction; whatever the engine refuses in it is a TargetFault."""
    try:
        with engine.begin() as connection:
            yield connection
    except (exc.SQLAlchemyError, OSError) as error:
        raise TargetFault(fault_of(error), {}) from error


def probe(engine: sa.Engine) -> None:
    """Raise TargetFault unless the target answers and is nobody's own database."""
    with transaction(engine) as connection:
        if sa.inspect(connection).has_table(OWN_TABLE):
            raise TargetFault(Fault.OWN_DATABASE, {"table": OWN_TABLE})


def _url(connection: PersistenceConnection, engine: Engine) -> sa.URL:
    if engine is Engine.SQLITE:
        return sa.URL.create(DRIVERS[engine], database=str(sqlite_file(connection.database)))
    target = connection.target
    return sa.URL.create(
        DRIVERS[engine], username=target.user, host=target.host, port=target.port, database=connection.database
    )


def _arguments(connection: PersistenceConnection, engine: Engine) -> dict[str, Any]:
    options, secret = connection.target.options, settings.TARGET_SECRETS.get(connection.target.secret_ref, "")
    seconds = options.get("connect_timeout", CONNECT_SECONDS)
    ca = str(targets_folder() / "ca" / options["ca"]) if "ca" in options else None
    match engine:
        case Engine.SQLITE:
            make_folder(targets_folder())
            return {"timeout": CONNECT_SECONDS, "check_same_thread": False}
        case Engine.POSTGRESQL:
            wanted = {"sslmode": options.get("sslmode"), "sslrootcert": ca, "password": secret}
            limits = (
                f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={CONNECT_SECONDS}s "
                f"-c idle_in_transaction_session_timeout={SILENT_SECONDS}s"
            )
            fixed = {"connect_timeout": seconds, "options": limits, "application_name": "borealis-assemblies"}
            return fixed | {name: value for name, value in wanted.items() if value}
    return {
        # As bytes: the driver would encode a text in another way than servers do.
        "password": secret.encode(),
        "connect_timeout": seconds,
        "read_timeout": STATEMENT_SECONDS,
        "write_timeout": STATEMENT_SECONDS,
        "charset": "utf8mb4",
        "local_infile": False,
        # Without it a missing value becomes an empty one, and a text that is too long is cut.
        "init_command": f"SET SESSION sql_mode = 'TRADITIONAL', wait_timeout = {STATEMENT_SECONDS}",
        **_mysql_tls(options.get("sslmode", "prefer"), ca),
    }


def _mysql_tls(mode: str, ca: str | None) -> dict[str, Any]:
    """PostgreSQL's modes in the driver's words."""
    if mode == "disable":
        return {"ssl_disabled": True}
    if mode == "prefer" and ca is None:
        return {}
    verifies = mode in {"verify-ca", "verify-full"} or ca is not None
    hosts = mode == "verify-full"
    return {"ssl": {"ca": ca, "check_hostname": hosts, "verify_mode": "required" if verifies else "none"}}


def _pool(engine: Engine) -> dict[str, Any]:
    # A file that was replaced is seen at once; a server's connection is tried before it is used again.
    if engine is Engine.SQLITE:
        return {"poolclass": NullPool}
    return {"pool_size": 1, "max_overflow": 0, "pool_pre_ping": True, "pool_timeout": CONNECT_SECONDS}


def _use_immediate_transactions(opened: sa.Engine) -> None:
    """Let SQLAlchemy begin every transaction, at once for writing: the driver would leave DDL outside of it."""

    @event.listens_for(opened, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(opened, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
