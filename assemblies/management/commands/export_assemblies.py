"""Export assemblies as documents into a folder."""

from collections.abc import Iterable
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.files.base import ContentFile
from django.core.management.base import CommandError, CommandParser

from assemblies.actions.record_export import record_export
from assemblies.bundles.export import export_files, with_free_stem
from assemblies.bundles.written import ArchiveStyle
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import LibraryError
from assemblies.journal.append import journal_end
from assemblies.management.command import REFUSED, LibraryCommand, domain_argument
from assemblies.models import Assembly
from assemblies.payloads import DurableFileSystemStorage
from devmode.actor import Actor

READ_ROWS = 100
ACTOR = Actor.of_command("export_assemblies")


class Command(LibraryCommand):
    help = (
        "Write every assembly, or those of one domain, as documents into a new or empty folder. The style tree writes "
        "the script itself next to a small JSON. An assembly whose payload is not intact is listed and left out; exit "
        "code 2 when there was one."
    )
    examples = """
        manage.py export_assemblies ./backup
        manage.py export_assemblies ./for-git --domain user --style tree
        manage.py export_assemblies ./backup --style envelope --json
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", help="A folder that is empty or does not exist yet.")
        parser.add_argument("--domain", type=domain_argument, help="official, community or user (default: all three).")
        parser.add_argument(
            "--style",
            default=str(ArchiveStyle.AUTHORING),
            choices=[str(style) for style in ArchiveStyle],
            help="The shape of the documents (default: authoring). Legacy documents have no GUID.",
        )

    def work(self, *, directory: str, domain: Domain | None, style: str, **_options: Any) -> None:
        started = monotonic()
        _check_vacant(Path(directory))
        revision = journal_end()
        rows = Assembly.objects.live().without_texts().order_by("domain", "guid")
        rows = rows.of_domain(domain) if domain else rows
        with self.tracking() as track:
            tracked = track(rows.iterator(chunk_size=READ_ROWS), "Exporting", rows.count())
            exported, files, refused = _export(tracked, style, Path(directory))
        record_export(ACTOR, domain, style=style, revision=revision, count=exported, left_out=len(refused))
        facts: dict[str, Any] = {
            "revision": revision,
            "directory": directory,
            "domain": str(domain) if domain else None,
            "style": style,
            "exported": exported,
            "files": files,
            "refused": refused,
            "elapsed_seconds": round(monotonic() - started, 3),
        }
        lines = [f"{one['assembly_guid']}: {one['reason']}" for one in refused]
        self.answer(facts, [*lines, f"{exported} assemblies in {files} files, {len(refused)} refused."])
        if refused:
            raise CommandError(
                f"Assemblies left out: {len(refused)}; verify_library says what is wrong with them", returncode=REFUSED
            )


def _check_vacant(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise CommandError(f"{folder} is a link or no folder; name a new or empty one.", returncode=REFUSED)
    if folder.is_dir() and any(folder.iterdir()):
        raise CommandError(f"{folder} is not empty; name a new or empty folder.", returncode=REFUSED)


def _export(rows: Iterable[Assembly], style: str, folder: Path) -> tuple[int, int, list[dict[str, str]]]:
    """Write the files of each row. Returns how many rows and files, and the rows refused with the reason."""
    exported, files, refused = 0, 0, []
    # Each file is written next to its name and renamed, and no link below the folder is followed.
    storage = DurableFileSystemStorage(folder)
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    for row in rows:
        try:
            named = list(export_files([row], style=style, store=payload_store()))
        except LibraryError as error:
            refused.append({"assembly_guid": row.guid, "reason": error.message})
            continue
        for name, content in with_free_stem(named, taken):
            storage.save(name, ContentFile(content))
            files += 1
        exported += 1
    return exported, files, refused
