"""The agent as a service: the unit that systemd starts it by, with the paths it was called with."""

import re
import sys
from pathlib import Path

from assemblies.agent.errors import AgentError

# systemd would read other characters as its own.
PLAIN = re.compile(r"[A-Za-z0-9_./:@+=-]+")
UNIT = """\
[Unit]
Description=Borealis Assemblies: run signed work of the library on this device
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
ExecStart={command}
Restart=always
RestartSec=10
# 3: the library no longer knows this device; another try is of no use until somebody enrols it.
RestartPreventExitStatus=3
# Scripts get SIGTERM and five seconds before they are killed, and their end is kept.
KillMode=mixed
TimeoutStopSec=20
StateDirectory=borealis-agent
StateDirectoryMode=0700
# Scripts may do what this unit may do, and no more: an agent that maintains the system needs all of it.
UMask=0077
NoNewPrivileges=no
PrivateTmp=yes
LockPersonality=yes

[Install]
WantedBy=multi-user.target
"""


def unit_of(python: str, program: Path, *arguments: str) -> str:
    """Return the text of a unit that runs `program`. Raises AgentError for a path with spaces or signs."""
    words = [python, str(program.resolve()), "run", *arguments]
    for word in words:
        if not PLAIN.fullmatch(word):
            raise AgentError(f"{word!r} cannot stand in a unit: use a path of letters, digits, dots and hyphens.")
    return UNIT.format(command=" ".join(words))


def own_program() -> tuple[str, Path]:
    """Return the Python that runs, and the file that it was started with."""
    return sys.executable or "python3", Path(sys.argv[0])
