"""`serve`: the whole library under one parent process: server processes, and the flusher beside them.

SIGTERM or Ctrl-C: running requests finish, every domain is flushed, exit 0 within ten seconds. Whatever else may end
it, no acknowledged change is lost, and no server process outlives the parent.
"""

import http.client
import json
import logging
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from io import StringIO
from threading import Event, Thread
from typing import Any

import environ
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connections

from assemblies.conf import flush_interval
from assemblies.errors import LibraryError
from assemblies.journal.flusher import Flusher
from assemblies.journal.pending import pending_writes
from assemblies.management.command import LibraryCommand
from assemblies.management.commands.prepare import preparation_lines
from assemblies.management.demonstration import enter_demonstration, fill_demonstration
from assemblies.management.flusher_thread import FlusherThread
from assemblies.management.preparation import check_prepared, prepare
from assemblies.management.sweeper_thread import SweeperThread
from assemblies.management.web_server import WebServer, address_of, listen
from devmode.actor import Actor

logger = logging.getLogger(__name__)
# Longer than a locked domain database is waited for, so that the others still get their turn.
FINAL_FLUSH_SECONDS = 5.5
LISTENING_POLL_SECONDS = 0.05
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # only compared with


class Command(LibraryCommand):
    help = "Prepare, synchronise the official catalogue, then serve: web server and flusher, until SIGTERM or Ctrl-C."
    examples = """
        manage.py serve
        manage.py serve --port 8080 --no-sync
        manage.py serve --host 0.0.0.0 --workers 3
        manage.py serve --demo      a throw-away library full of examples
    """
    offers_json = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.leaving = Event()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-sync", action="store_true", help="Leave the official catalogue as it is.")
        parser.add_argument(
            "--workers", type=int, default=1, metavar="N", help="Number of server processes (default 1)."
        )
        parser.add_argument("--host", default=settings.HOST, help="Address to listen on (default BOREALIS_HOST).")
        parser.add_argument("--port", type=int, default=settings.PORT, help="Port (default BOREALIS_PORT).")

        parser.add_argument(
            "--demo", action="store_true", help="Serve a library of examples instead, which is removed at the end."
        )

    def work(self, *, host: str, port: int, workers: int, no_sync: bool, demo: bool, **_options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.leave)
        workers = self.possible_workers(workers)
        kept = f"Data are kept in {settings.RUNTIME_ROOT}"
        self.say([enter_demonstration(host=host, port=port, workers=workers) if demo else kept])
        listen(host, port).close()  # Say that the port is taken before minutes of migrating, not after.
        self.prepare()
        self.go_on()
        if demo:
            self.say(fill_demonstration())
        elif not no_sync:
            self.sync_official()
        connections.close_all()
        _tell_workers(host, port)
        self.serve(host, port, workers)

    def prepare(self) -> None:
        if not settings.ENGINE_AUTO_MIGRATE:
            check_prepared()
            return
        self.say(preparation_lines(prepare(actor=Actor.of_command("serve"), step=self.go_on)))

    def say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()

    def sync_official(self) -> None:
        """Fill the official catalogue; a source that fails is reported and never keeps the library from serving."""
        said = StringIO()
        try:
            call_command("sync_official", keep_local=True, as_json=True, stdout=said)
        except (CommandError, LibraryError, DatabaseError, OSError) as error:
            logger.warning("serve: the official catalogue was not synchronised: %s", error)
            self.stderr.write(f"The official catalogue was not synchronised: {error}")
        else:
            self.stdout.write(_sync_words(json.loads(said.getvalue())))

    def leave(self, _signal: int, _frame: object) -> None:
        """End in an orderly way while starting: what was not finished is done at the next start."""
        self.leaving.set()
        sys.exit(0)

    def go_on(self, _words: str = "") -> None:
        """Leave if asked to: Python drops what a signal handler raises in the midst of a callback of its own."""
        if self.leaving.is_set():
            sys.exit(0)

    def possible_workers(self, asked: int) -> int:
        if asked < 1:
            raise CommandError("--workers is at least 1.")
        if asked > 1 and sys.platform == "win32":
            self.stderr.write("On Windows there is one server process; --workers is ignored.")
            return 1
        return asked

    def serve(self, host: str, port: int, workers: int) -> None:
        server = WebServer(host, port, application=settings.WSGI_APPLICATION, workers=workers)
        flusher = FlusherThread(Flusher(interval=flush_interval(), stopped=Event()), on_death=server.stop)
        ended = Event()

        def on_listening() -> None:
            self.go_on()
            Thread(target=self.announce, args=(host, port, ended), daemon=True).start()

        flusher.start()
        SweeperThread(stopped=flusher.flusher.stopped).start()
        try:
            well = server.run(on_listening=on_listening)
        finally:
            ended.set()
            flushed = flusher.end(timeout_seconds=FINAL_FLUSH_SECONDS)
        self.report_end(well=well or self.leaving.is_set(), flusher_died=flusher.died.is_set(), flushed=flushed)

    def report_end(self, *, well: bool, flusher_died: bool, flushed: bool) -> None:
        if flusher_died:
            raise CommandError("The flusher ended unexpectedly, so serving was ended too; see engine.log.")
        if not well:
            raise CommandError("The server processes kept failing; see engine.log.")
        if not flushed:
            self.stderr.write(
                "Not every domain could be flushed in time; the journal has it all, the next start goes on."
            )
        else:
            self.stdout.write(_stopped_words())
        logger.info("serve: ended")

    def announce(self, host: str, port: int, ended: Event) -> None:
        """Print the address once a server process answers there."""
        while not _answers(EVERY_ADDRESS.get(host, host), port):
            if ended.wait(LISTENING_POLL_SECONDS):
                return
        logger.info("serve: listening at %s", address_of(host, port))
        self.stdout.write(f"The library is open at {_url(EVERY_ADDRESS.get(host, host), port)} (Ctrl-C ends it)")
        if _url(settings.HOST, settings.PORT) != settings.PUBLIC_URL:
            self.stdout.write(f"Others reach it at {settings.PUBLIC_URL}")
        self.stdout.flush()


def _stopped_words() -> str:
    """Say what became of pending changes; a domain that could not be written keeps its own for the next start."""
    try:
        pending = len(pending_writes())
    except DatabaseError:
        return "Stopped."
    return f"Stopped; changes left for the next start: {pending}" if pending else "Stopped; every change is written."


def _url(host: str, port: int) -> str:
    return f"http://{address_of(host, port)}"


def _sync_words(report: Mapping[str, Any]) -> str:
    changes = ", ".join(f"{len(report[word])} {word}" for word in ("added", "changed", "removed"))
    return f"Official catalogue: {changes}, {report['unchanged']} unchanged, {len(report['skipped'])} skipped"


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()


def _tell_workers(host: str, port: int) -> None:
    """Let the server processes, which read their settings anew, know what the command line said."""
    environ.Env.ENVIRON.update(BOREALIS_HOST=host, BOREALIS_PORT=str(port))
