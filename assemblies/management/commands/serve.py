"""`serve`: the whole library under one parent process, the supervisor of its companions.

SIGHUP, where there is no terminal to be closed: server processes that have read the settings again take over.
SIGTERM or Ctrl-C: running requests finish, every domain is flushed, exit 0 within ten seconds. Whatever else may end
it, no acknowledged change is lost, and no process outlives the parent.

What only some starts need, and what can be loaded while the server processes load, is imported where it is used.
"""

import http.client
import logging
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any

import environ
from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connections

from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import LibraryError
from assemblies.journal.pending import pending_writes
from assemblies.management.command import LibraryCommand
from assemblies.management.companions.child import at_hang_up
from assemblies.management.companions.companion import Companion
from assemblies.management.companions.supervisor import Supervisor
from assemblies.management.companions.table import COMPANIONS, FLUSHER, WEB
from assemblies.management.place import make_directories
from assemblies.management.read_only_start import begin_for_writing, begin_read_only, is_healed, remove_copies
from assemblies.management.reloading import Reloading, is_at_a_terminal
from assemblies.management.server.listening import address_of, bind, start_listening
from devmode.actor import Actor
from devmode.addresses import listening_host, listening_port
from devmode.stand_in import find_copied_fault

logger = logging.getLogger(f"borealis.engine.{__name__}")
# Longer than a locked domain database is waited for, so that the others still get their turn.
FINAL_FLUSH_SECONDS = 5.5
POLL_SECONDS = 0.05
SIGNAL = "signal"
HEALED = "healed"
RELOAD = "reload"
ACTOR = Actor.of_command("serve")
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # only compared with


class Command(LibraryCommand):
    help = (
        "Prepare, synchronise the official catalogue, then serve: web server and flusher, until SIGTERM or Ctrl-C. "
        "SIGHUP reads BOREALIS_ENV_FILE again without losing a request; Windows has no such signal."
    )
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
        # Of a terminal that was closed nobody can say any more that it was one.
        self.at_a_terminal = is_at_a_terminal()
        # Why to end: SIGNAL, or the companion that kept dying. Signal handlers may put into a queue, not set an event.
        self.ends: SimpleQueue[str] = SimpleQueue()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-sync", action="store_true", help="Leave the official catalogue as it is.")
        parser.add_argument(
            "--workers", type=int, default=1, metavar="N", help="Number of server processes (default 1)."
        )
        parser.add_argument("--host", type=listening_host, default=settings.HOST, help="Address (BOREALIS_HOST).")
        parser.add_argument("--port", type=listening_port, default=settings.PORT, help="Port (BOREALIS_PORT).")
        parser.add_argument(
            "--demo", action="store_true", help="Serve a library of examples instead, which is removed at the end."
        )

    def work(self, *, host: str, port: int, workers: int, no_sync: bool, demo: bool, **_options: Any) -> None:
        _at_signals(self.leave)
        at_hang_up(self.leave_terminal)
        self.reloading = Reloading()
        workers = self.possible_workers(workers)
        kept = f"Data are kept in {settings.RUNTIME_ROOT}"
        self.say([_enter_demonstration(host, port, workers) if demo else kept])
        begin_read_only()
        is_told = (host, port) == (settings.HOST, settings.PORT)
        _tell_processes(host, port)
        supervisor = Supervisor(give_up=self.ends.put)
        # Says that the port is taken before minutes of migrating, not after; clients are refused until it listens.
        with bind(host, port) as listener:
            make_directories()
            try:
                servers = server_companions(listener, workers)
                for server in servers:
                    # They import the application while this process prepares what it needs.
                    supervisor.load(server, may_fork=is_told)
                self.prepare()
                self.go_on()
                if demo:
                    self.say(_fill_demonstration())
                elif not (no_sync or settings.STAND_IN):
                    self.sync_official()
                connections.close_all()
                start_listening(listener)
                _at_signals(lambda *_: self.ends.put(SIGNAL))
                self.go_on()
                why = self.serve(supervisor, servers, host, port)
            finally:
                listener.close()
                busy = supervisor.end(timeout_seconds=FINAL_FLUSH_SECONDS)
        if why == HEALED:
            begin_for_writing()
        remove_copies()
        self.report_end(why, flushed=FLUSHER.name not in busy)

    def prepare(self) -> None:
        from assemblies.management.commands.prepare import preparation_lines
        from assemblies.management.preparation import check_prepared, prepare

        if settings.STAND_IN or not settings.ENGINE_AUTO_MIGRATE:
            check_prepared()
            return
        self.say(preparation_lines(prepare(actor=ACTOR, step=self.go_on)))

    def say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()

    def sync_official(self) -> None:
        """Fill the official catalogue; a source that fails is reported and never keeps the library from serving."""
        from assemblies.official.open_source import open_source
        from assemblies.official.sync import sync

        try:
            permit = get_permit(ACTOR, LibraryEvent.SYNC, Domain.OFFICIAL)
            report = sync(open_source("", ""), permit=permit, store=payload_store(), keep_local=True)
        except (LibraryError, DatabaseError, OSError) as error:
            logger.warning("serve: the official catalogue was not synchronised: %s", error)
            self.stderr.write(f"The official catalogue was not synchronised: {error}")
        else:
            self.stdout.write(_sync_words(report.json()))

    def leave(self, _signal: int, _frame: object) -> None:
        """End in an orderly way while starting: what was not finished is done at the next start."""
        self.leaving.set()
        sys.exit(0)

    def go_on(self, _words: str = "") -> None:
        """Leave if asked to: Python drops what a signal handler raises in the midst of a callback of its own."""
        if self.leaving.is_set():
            sys.exit(0)

    def possible_workers(self, wanted: int) -> int:
        if wanted < 1:
            raise CommandError("--workers is at least 1.")
        if wanted > 1 and sys.platform == "win32":
            self.stderr.write("On Windows there is one server process; --workers is ignored.")
            return 1
        return wanted

    def leave_terminal(self) -> None:
        """End when the terminal is closed; without one SIGHUP says nothing until there are processes to replace."""
        if self.at_a_terminal:
            self.leave(0, None)

    def serve(self, supervisor: Supervisor, servers: Sequence[Companion], host: str, port: int) -> str:
        """Return why to end: SIGNAL, or the companion that kept dying."""
        supervisor.start_loaded()
        companions = [] if settings.STAND_IN else [one for one in COMPANIONS if one.wanted()]
        if FLUSHER in companions:
            # Before anybody is answered: what is acknowledged from then on is flushed at the end, however soon that is.
            supervisor.start(FLUSHER)
        why = self.wait_for_answer(host, port)
        if why is not None:
            return why
        self.announce(host, port)
        for companion in companions:
            if companion is not FLUSHER:
                supervisor.start(companion)
        at_hang_up(lambda: self.ends.put(SIGNAL if self.at_a_terminal else RELOAD))
        return self.wait_for_end(supervisor, servers)

    def wait_for_answer(self, host: str, port: int) -> str | None:
        """Return None once a server process answers, or why to end before that."""
        while not _answers(EVERY_ADDRESS.get(host, host), port):
            try:
                return self.ends.get(timeout=POLL_SECONDS)
            except Empty:
                continue
        return None

    def wait_for_end(self, supervisor: Supervisor, servers: Sequence[Companion]) -> str:
        while True:
            # Not for ever at once: on Windows Ctrl-C is not noticed before the wait is over.
            try:
                why = self.ends.get(timeout=1)
            except Empty:
                if is_healed():
                    return HEALED
                continue
            if why != RELOAD:
                return why
            if refusal := self.reloading.reload(supervisor, servers):
                logger.error("serve: %s", refusal)
                self.stderr.write(refusal)

    def report_end(self, why: str, *, flushed: bool) -> None:
        if why != SIGNAL:
            raise CommandError("The server processes kept failing; see engine.log.")
        if not flushed:
            self.stderr.write(
                "Not every domain could be flushed in time; the journal has it all, the next start goes on."
            )
        else:
            self.stdout.write(_stopped_words())
        logger.info("serve: ended")

    def announce(self, host: str, port: int) -> None:
        logger.info("serve: listening at %s", address_of(host, port))
        if fault := find_copied_fault():
            self.stderr.write(f"The library can only be read. {fault.advice}")
        self.stdout.write(f"The library is open at {_url(EVERY_ADDRESS.get(host, host), port)} (Ctrl-C ends it)")
        if _url(settings.HOST, settings.PORT) != settings.PUBLIC_URL:
            self.stdout.write(f"Others reach it at {settings.PUBLIC_URL}")
        self.stdout.flush()


def _enter_demonstration(host: str, port: int, workers: int) -> str:
    from assemblies.management.demonstration import enter_demonstration

    return enter_demonstration(host=host, port=port, workers=workers)


def _fill_demonstration() -> Iterable[str]:
    from assemblies.management.demonstration import fill_demonstration

    return fill_demonstration()


def server_companions(listener: socket.socket, workers: int) -> list[Companion]:
    """Return the server processes, which share the listening socket."""
    web = replace(
        WEB,
        arguments={"application": settings.WSGI_APPLICATION, "listener": listener},
        imports=(settings.WSGI_APPLICATION, f"{settings.ROOT_URLCONF}.urlpatterns"),
    )
    return [replace(web, name=f"{WEB.name}-{number}") for number in range(1, workers + 1)]


def _at_signals(handle: Any) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)


def _stopped_words() -> str:
    """Say what became of pending changes; a domain that could not be written keeps its own for the next start."""
    try:
        pending = len(pending_writes())
    except DatabaseError:
        return "Stopped."
    return f"Stopped; changes left for the next start: {pending}" if pending else "Stopped; every change is written."


def _url(host: str, port: int) -> str:
    return f"http://{address_of(host, port)}"


def _sync_words(facts: Mapping[str, Any]) -> str:
    changes = ", ".join(f"{len(facts[word])} {word}" for word in ("added", "changed", "removed"))
    return f"Official catalogue: {changes}, {facts['unchanged']} unchanged, {len(facts['skipped'])} skipped"


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/health")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()


def _tell_processes(host: str, port: int) -> None:
    """Let the companions' processes, which read their own settings, know what the command line said."""
    environ.Env.ENVIRON.update(BOREALIS_HOST=host, BOREALIS_PORT=str(port))
