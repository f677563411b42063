"""`build_alias_registry`: an alias registry out of a catalogue's git history."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from assemblies.documents import readable_json
from assemblies.domains import Domain
from assemblies.durable_files import replace_file
from assemblies.management.command import LibraryCommand, domain_argument
from assemblies.models import fold_alias
from assemblies.rekeying.derive import SUFFIX, Overrides, derive_registry
from assemblies.rekeying.git_history import read_history
from assemblies.rekeying.registry import read_entries


class Command(LibraryCommand):
    help = (
        "Write the alias registry of a catalogue in git: every earlier GUID, path, stem and SHA-1 of a path, by the "
        "GUID at the head. The same history gives the same file. Names that two things had are left out."
    )
    examples = """
        manage.py build_alias_registry --git ./catalogue --out aliases.json
        manage.py build_alias_registry --git ./catalogue.git --ref v2 --overrides known.json --out aliases.json
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--git", type=Path, required=True, metavar="REPO", help="The repository, bare or not.")
        parser.add_argument("--ref", default="HEAD", metavar="R", help="Branch, tag or commit (default HEAD).")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="Where the registry is written.")
        parser.add_argument("--overrides", type=Path, metavar="F", help="A registry that wins over the history.")
        parser.add_argument("--domain", type=domain_argument, default=Domain.OFFICIAL, help="Default official.")

    def work(self, *, git: Path, ref: str, out: Path, overrides: Path | None, domain: Domain, **_options: Any) -> None:
        registry = derive_registry(
            read_history(git, ref, suffix=SUFFIX), domain=domain, overrides=_overrides(overrides)
        )
        replace_file(out, readable_json(registry))
        facts = {
            "out": str(out),
            "commit": registry["commit"],
            "assemblies": len(registry["assemblies"]),
            "aliases": sum(len(entry["aliases"]) for entry in registry["assemblies"]),
            "retired": sum(entry["retired"] for entry in registry["assemblies"]),
            "ambiguous": len(registry["ambiguous"]),
        }
        words = "{assemblies} assemblies ({retired} retired), {aliases} aliases; {ambiguous} ambiguous names left out"
        self.answer(facts, [words.format(**facts)])


def _overrides(path: Path | None) -> Overrides:
    if path is None:
        return Overrides()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        entries = list(read_entries(document))
        not_aliases = document.get("not_aliases", [])
        if not isinstance(not_aliases, list) or not all(isinstance(name, str) for name in not_aliases):
            raise ValueError("not_aliases is no list of names")
    except (ValueError, RecursionError) as error:
        raise CommandError(f"The overrides cannot be read: {error}", returncode=2) from error
    return Overrides(
        aliases={fold_alias(entry.id): entry.aliases for entry in entries},
        retired=frozenset(fold_alias(entry.id) for entry in entries if entry.retired),
        not_aliases=frozenset(not_aliases),
    )
