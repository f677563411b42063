"""`migrate_legacy_aliases`: re-key rows that go by an earlier name."""

from argparse import BooleanOptionalAction
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.errors import MigrationRefused, NothingToMigrate, PlanChanged, Refusal
from assemblies.management.command import LibraryCommand
from assemblies.management.migration_lines import next_lines, plan_lines
from assemblies.models import fold_alias
from assemblies.rekeying.adapter import Adapter
from assemblies.rekeying.aliases import stored_registry
from assemblies.rekeying.atocore_adapter import AtocoreAdapter
from assemblies.rekeying.catalogue_adapter import CatalogueAdapter
from assemblies.rekeying.migrate import Migration
from assemblies.rekeying.registry import Registry, read_registry
from assemblies.rekeying.words import ATOCORE, CATALOGUE
from assemblies.schedules.rekeying import find_to_rekey, rekey_components
from devmode.actor import Actor

EXIT_CODES: dict[type[Refusal], int] = {MigrationRefused: 2, NothingToMigrate: 3, PlanChanged: 4}


class Command(LibraryCommand):
    help = (
        "Re-key rows that go by an earlier name of a thing to its canonical name, without losing one. Rehearses unless "
        "--apply is given; a rehearsal always exits with 0. Exit codes of an apply: 2 integrity errors or collisions, "
        "3 nothing to do and no --allow-empty, 4 the plan has changed, 1 anything else; then nothing has changed."
    )
    examples = """
        manage.py migrate_legacy_aliases --registry aliases.json
        manage.py migrate_legacy_aliases --registry aliases.json --apply --expect-plan SHA
        manage.py migrate_legacy_aliases --profile atocore --db atocore.db --registry projects.json --json
    """

    def add_arguments(self, parser: CommandParser) -> None:
        profiles = (CATALOGUE.profile, ATOCORE.profile)
        parser.add_argument("--profile", choices=profiles, default=CATALOGUE.profile, help="What is migrated.")
        parser.add_argument("--registry", type=Path, metavar="F", help="The alias registry; the library's own if none.")
        parser.add_argument("--db", type=Path, metavar="F", help="The SQLite file of the atocore profile.")
        parser.add_argument("--apply", action="store_true", help="Carry out the plan.")
        parser.add_argument("--allow-empty", action="store_true", help="An apply of an empty plan is no error.")
        parser.add_argument("--report-dir", type=Path, metavar="D", help="Where reports, backups and archives go.")
        parser.add_argument("--backup", action=BooleanOptionalAction, default=True, help="Back up before an apply.")
        parser.add_argument("--expect-plan", metavar="SHA", help="Apply only the plan with this SHA-256.")
        parser.add_argument("--no-archive", dest="archive", action="store_false", help="Keep no rows that give way.")

    def work(self, **options: Any) -> None:
        with _opened(options) as (adapter, registry, registry_path):
            migration = Migration(adapter, registry, registry_path, now=timezone.now())
            self._tell_plan(migration, archived=options["archive"])
            report = self._apply(migration, options) if options["apply"] else _rehearse(migration, options)
            self.answer(_facts(report), next_lines(migration.plan, report))

    def _apply(self, migration: Migration, options: dict[str, Any]) -> dict[str, Any]:
        try:
            # A crash between the two databases leaves only components to be re-keyed: that is something to do.
            allow_empty = options["allow_empty"] or bool(_find_components(migration, options))
            migration.check_may_apply(expected_plan=options["expect_plan"], allow_empty=allow_empty)
            report = migration.apply(_folder(options), backup=options["backup"], archive=options["archive"])
            return report | _rekey_components(migration, options)
        except (MigrationRefused, NothingToMigrate, PlanChanged) as refusal:
            if self.as_json:
                reason = {"code": refusal.code, "message": refusal.message, "detail": refusal.detail}
                self.answer(_facts(migration.report("apply")) | reason)
            raise CommandError(refusal.message, returncode=EXIT_CODES[type(refusal)]) from refusal

    def _tell_plan(self, migration: Migration, *, archived: bool) -> None:
        if self.as_json:
            return
        words = migration.adapter.words
        place = "the report's archive file" if words is ATOCORE else "the history of settings"
        lines = plan_lines(
            migration.plan,
            words,
            archived_in=place if archived else "no place but the report",
            terminal=self.stdout.isatty(),
        )
        for line in lines:
            self.stdout.write(line)


@contextmanager
def _opened(options: dict[str, Any]) -> Iterator[tuple[Adapter, Registry, Path | None]]:
    path: Path | None = options["registry"]
    if options["profile"] == CATALOGUE.profile:
        registry = read_registry(path, fold_alias, fold_id=fold_alias) if path else stored_registry()
        permit = get_permit(Actor.of_command("migrate_legacy_aliases"), LibraryEvent.REKEY, *Domain)
        yield CatalogueAdapter(permit), registry, path
        return
    path = path or _path_from_environment("ATOCORE_PROJECT_REGISTRY_PATH")
    adapter = AtocoreAdapter(_atocore_file(options), writable=options["apply"])
    try:
        yield adapter, read_registry(path, lambda name: name.strip().lower()), path
    finally:
        adapter.close()


def _find_components(migration: Migration, options: dict[str, Any]) -> dict[int, str]:
    """Return the components of jobs that go by an older name; another product's file has none."""
    return find_to_rekey(migration.registry) if options["profile"] == CATALOGUE.profile else {}


def _rekey_components(migration: Migration, options: dict[str, Any]) -> dict[str, int]:
    """Re-key the components of jobs as references, right after what they refer to. Repeatable."""
    is_ours = options["profile"] == CATALOGUE.profile
    return {"job_components_rekeyed": rekey_components(migration.registry)} if is_ours else {}


def _rehearse(migration: Migration, options: dict[str, Any]) -> dict[str, Any]:
    """A rehearsal on a foreign file leaves nothing next to it that nobody requested."""
    named = options["report_dir"] or _path_from_environment("ATOCORE_DATA_DIR")
    readable = options["profile"] == CATALOGUE.profile or Path(migration.adapter.location).is_file()
    wanted = readable and (options["profile"] == CATALOGUE.profile or named)
    report = migration.rehearse(_folder(options) if wanted else None)
    found = _find_components(migration, options)
    return report | ({"job_components_to_rekey": len(found)} if found else {})


def _folder(options: dict[str, Any]) -> Path:
    if options["report_dir"]:
        return Path(options["report_dir"])
    if options["profile"] == CATALOGUE.profile:
        return Path(settings.RUNTIME_ROOT) / "Migrations"
    return (_path_from_environment("ATOCORE_DATA_DIR") or _atocore_file(options).parent) / "migrations"


def _atocore_file(options: dict[str, Any]) -> Path:
    if options["db"]:
        return Path(options["db"])
    folder, root = _path_from_environment("ATOCORE_DB_DIR"), _path_from_environment("ATOCORE_DATA_DIR")
    if folder is None and root is None:
        raise CommandError("Name the database: --db, ATOCORE_DB_DIR or ATOCORE_DATA_DIR.")
    return (folder or Path(str(root)) / "db") / "atocore.db"


def _path_from_environment(name: str) -> Path | None:
    text = environ.Env.ENVIRON.get(name, "")
    return Path(text) if text else None


def _facts(report: dict[str, Any]) -> dict[str, Any]:
    """Programs written for the tool this one follows read the plan's keys at the top, others the report's."""
    return {**report["plan"], **report}
