"""`build_agent`: the agent's program as one file, with its hash and signature."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from assemblies.durable_files import replace_file
from assemblies.fleet.agent_file import NAME, build_agent
from assemblies.fleet.signing import public_key
from assemblies.management.command import LibraryCommand


class Command(LibraryCommand):
    help = (
        f"Write {NAME}, the program of devices, and its signature next to it. A device needs Python and its package "
        "cryptography. The same sources give the same bytes."
    )
    examples = """
        manage.py build_agent
        manage.py build_agent --out /srv/www/agent/ --json
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="Where it is written (here).")

    def work(self, *, out: Path, **_options: Any) -> None:
        built, path = build_agent(), out / NAME
        replace_file(path, built.content)
        path.chmod(0o755)
        replace_file(path.with_name(f"{NAME}.sig"), f"{built.signature}\n".encode())
        facts = {
            "path": str(path),
            "sha256": built.sha256,
            "signature": built.signature,
            "signing_key": public_key(),
            "size_bytes": len(built.content),
        }
        self.answer(facts, [f"{path}: {len(built.content)} bytes", f"SHA-256 {built.sha256}"])
