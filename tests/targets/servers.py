"""Databases to copy to, one for each test, and a cable to their server that can be unplugged."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import uuid4

import pytest
import sqlalchemy as sa

SERVERS = [urlsplit(url) for url in os.environ.get("BOREALIS_TEST_TARGETS", "").split(",") if url]
ENGINES = ["sqlite", "postgresql", "mysql"]
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
HOME = {"postgresql": "postgres", "mysql": None}


def server_of(engine: str) -> SplitResult:
    """Return the server to make databases on; the test skips without one."""
    for server in SERVERS:
        if server.scheme == engine:
            return server
    pytest.skip(f"BOREALIS_TEST_TARGETS names no server of {engine}")


@contextmanager
def database_made(engine: str) -> Iterator[str]:
    """Make a database of a random name and drop it afterwards."""
    server, name = server_of(engine), f"borealis_target_{uuid4().hex[:10]}"
    force = " WITH (FORCE)" if engine == "postgresql" else ""
    url = sa.URL.create(DRIVERS[engine], server.username, None, server.hostname, server.port, HOME[engine])
    root = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with root.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield name
    finally:
        with root.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}{force}")
        root.dispose()


class Cable:
    """Passes on what is sent to a port of its own, as long as it is plugged in."""

    def __init__(self, host: str, port: int) -> None:
        self.place = (host, port)
        self.listener: socket.socket | None = None
        self.ends: list[socket.socket] = []
        self.port = 0

    def plug(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def unplug(self) -> None:
        for end in [self.listener, *self.ends]:
            if end is not None:
                cut(end)
        self.listener, self.ends = None, []

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.create_connection(self.place)
                self.ends += [near, far]
                for source, sink in ((near, far), (far, near)):
                    Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    cut(source)
    cut(sink)


def cut(end: socket.socket) -> None:
    """Close a socket for both sides, also while another thread reads from it."""
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


def rows_in(engine: sa.Engine, table: sa.Table) -> list[dict[str, Any]]:
    """Return the rows of a target's table in the order of its key."""
    with engine.connect() as connection:
        found = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
        return [dict(row._mapping) for row in found]
