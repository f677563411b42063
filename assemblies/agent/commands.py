"""The agent's command line: enrol a device, run as a service, say how it is, and go without a trace."""

import argparse
import json
import logging
import platform
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Any

from assemblies.agent.agent import Agent
from assemblies.agent.connection import Connection
from assemblies.agent.enrolment import DOMAINS, Choices, request, wait_for_approval
from assemblies.agent.errors import AgentError
from assemblies.agent.keys import device_key
from assemblies.agent.pinned_keys import pinned_keys
from assemblies.agent.service import own_program, unit_of
from assemblies.agent.session import Session
from assemblies.agent.spool import Spool
from assemblies.agent.state import ENROLMENT, State, default_folder

EXAMPLES = """\
examples:
  borealis-agent.pyz enrol --server https://library.example --code 1A2B-3C4D-…
  borealis-agent.pyz enrol --server https://library.example --code … --allow official,community
  borealis-agent.pyz enrol                 go on waiting for an approval
  borealis-agent.pyz run                   until SIGTERM; what a service manager starts
  borealis-agent.pyz run --once            everything that waits for this device, then end
  borealis-agent.pyz unit > /etc/systemd/system/borealis-agent.service
  borealis-agent.pyz status --json
  borealis-agent.pyz uninstall --yes
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command and return its exit code."""
    options = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        return int(options.command(State(options.state), options) or 0)
    except AgentError as error:
        sys.stderr.write(f"{error.message}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="borealis-agent",
        description="Run signed work of a Borealis Assemblies library on this device.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    enrol = _command(commands, "enrol", _enrol, "Become a device of a library; an administrator has to approve it.")
    enrol.add_argument("--server", metavar="URL", help="The library's address, https://….")
    enrol.add_argument("--code", help="The enrolment code that an administrator made.")
    enrol.add_argument("--hostname", default=platform.node(), help="The name of this device (default: %(default)s).")
    enrol.add_argument(
        "--allow", type=_domains, default=["official"], metavar="SOURCES", help="Whose assemblies may run here, of "
        "official, community and user, with commas between them (default: official).",
    )  # fmt: skip
    enrol.add_argument("--run-as", default="", metavar="ACCOUNT", help="The account of scripts (default: this one).")
    enrol.add_argument("--ca", type=Path, metavar="FILE", help="Certificate authorities in addition to the system's.")
    enrol.add_argument("--wait", type=float, metavar="SECONDS", help="How long to wait for the approval.")
    run = _command(commands, "run", _run, "Fetch work and run it until SIGTERM or Ctrl-C.")
    run.add_argument("--once", action="store_true", help="Run what waits, then end.")
    status = _command(commands, "status", _status, "Say what this device is, what runs, and what waits to be sent.")
    status.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")
    _command(commands, "unit", _unit, "Print a systemd unit that runs this file, for /etc/systemd/system.")
    uninstall = _command(commands, "uninstall", _uninstall, "Remove the key, the tokens and the spool of this device.")
    uninstall.add_argument("--yes", action="store_true", help="Do it.")
    return parser


def _command(commands: Any, name: str, function: Callable[..., int | None], words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    parser.add_argument(
        "--state", type=Path, default=default_folder(), metavar="FOLDER", help="Where its state is (%(default)s)."
    )
    parser.set_defaults(command=function)
    return parser


def _domains(text: str) -> list[str]:
    names = [name.strip().lower() for name in text.split(",")]
    if unknown := [name for name in names if name not in DOMAINS]:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no source: use {', '.join(DOMAINS)}")
    return names


def _enrol(state: State, options: argparse.Namespace) -> None:
    with state.exclusive():
        if options.code:
            _request(state, options)
        elif not state.path(ENROLMENT).exists():
            raise AgentError("Name the server and an enrolment code: --server URL --code CODE.")
        key = device_key(state)
        print(f"Fingerprint: {key.fingerprint}\nWaiting for an administrator to compare and approve it.", flush=True)
        until = None if options.wait is None else time.monotonic() + options.wait
        guid = wait_for_approval(state, until=until)
    print(f"Enrolled as {guid}.")


def _request(state: State, options: argparse.Namespace) -> None:
    if not options.server:
        raise AgentError("Name the server: --server URL.")
    ca_file = options.ca.resolve() if options.ca else None
    choices = Choices(options.server, options.hostname, options.allow, options.run_as, ca_file)
    request(state, choices, options.code)


def _run(state: State, options: argparse.Namespace) -> None:
    with state.exclusive():
        agent = _agent(state)
        if options.once:
            print(f"Carried out: {agent.run_once()}")
            return
        stopped = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        agent.run(stopped)


def _agent(state: State) -> Agent:
    settings = state.settings()
    connection = Connection(settings["server"], Path(settings["ca_file"]) if settings["ca_file"] else None)
    key = device_key(state)
    return Agent(state, Session(state, connection, key, settings["guid"]), key, settings)


def _status(state: State, options: argparse.Namespace) -> None:
    settings = state.settings()
    attempts = Spool(state.path("spool")).attempts()
    facts = {
        "server": settings["server"],
        "guid": settings["guid"],
        "hostname": settings["hostname"],
        "fingerprint": device_key(state).fingerprint,
        "allow": settings["allow"],
        "signing_keys": pinned_keys(state, now=time.time()),
        "agent_running": state.is_in_use(),
        "running": [spooled.folder.name for spooled in attempts if spooled.end() is None],
        "waiting_to_be_sent": [spooled.folder.name for spooled in attempts if spooled.end() is not None],
    }
    if options.as_json:
        print(json.dumps(facts))
        return
    for name, value in facts.items():
        print(f"{name.replace('_', ' ')}: {', '.join(value) or 'none' if isinstance(value, list) else value}")


def _unit(state: State, options: argparse.Namespace) -> None:
    where = () if state.folder == default_folder() else ("--state", str(state.folder.resolve()))
    sys.stdout.write(unit_of(*own_program(), *where))


def _uninstall(state: State, options: argparse.Namespace) -> None:
    if not state.folder.exists():
        raise AgentError(f"There is nothing in {state.folder}.")
    if state.is_in_use():
        raise AgentError("The agent is running: stop its service first.")
    waiting = len(Spool(state.path("spool")).attempts())
    if not options.yes:
        raise AgentError(f"This removes {state.folder}; results not sent yet: {waiting}. Repeat it with --yes.")
    state.remove()
    print("Removed. An administrator may now take the device off the library's list.")
