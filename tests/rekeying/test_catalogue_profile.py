"""What is particular to the library: contents, journal, domains, lineages, named assemblies, aliases."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from assemblies.domains import Domain, Operation
from assemblies.inspection.verify import verify_library
from assemblies.journal.flush import flush
from assemblies.models import (
    Assembly,
    AssemblyAlias,
    AssemblyNote,
    AssemblySetting,
    AssemblySettingHistory,
    JournalEntry,
    replica_model,
)
from assemblies.rekeying.catalogue_adapter import CatalogueAdapter
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.commands.calling import call
from tests.permits import may_rekey
from tests.rekeying.bench import NEW, NEWER, OLD, CatalogueBench

pytestmark = pytest.mark.database

CANON = "fa79d3530000000000000000000000000000000a"
OTHER = "189e450a-0000-4000-8000-00000000000b"
PATH = "Scripts/Examples/Write Canary"
ENTRY = {"id": CANON, "aliases": [PATH, "old-guid", "older-guid"], "domain": "user"}


def test_a_shadows_content_lands_under_the_canonical_guid_as_it_was(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY)
    catalogue.parent(PATH)
    before = Assembly.objects.get(guid=PATH)
    answer = catalogue.run("--apply", "--json").answer
    after = Assembly.objects.get(guid=CANON)
    assert (after.content, after.search_text, after.domain) == (before.content, before.search_text, before.domain)
    assert Assembly.objects.get(guid=PATH).deleted_at is not None
    entries = JournalEntry.objects.filter(operation=Operation.REKEY).order_by("sequence")
    assert [(entry.assembly_guid, bool(entry.content)) for entry in entries] == [(CANON, True), (PATH, False)]
    audit = AuditEntry.objects.get(event="assembly.rekey")
    assert json.loads(audit.detail)["plan_sha256"] == answer["plan_sha256"]


def test_where_a_canonical_assembly_is_its_content_stays_and_the_shadows_is_kept_in_the_journal(
    catalogue: CatalogueBench,
) -> None:
    catalogue.register(ENTRY)
    catalogue.parent(CANON)
    catalogue.parent(PATH)
    before = Assembly.objects.get(guid=CANON)
    shadow = Assembly.objects.get(guid=PATH)
    catalogue.run("--apply")
    after = Assembly.objects.get(guid=CANON)
    assert (after.content, after.sequence) == (before.content, before.sequence)
    assert JournalEntry.objects.of_assembly(PATH).get(sequence=shadow.sequence).content == shadow.content


def test_of_several_shadows_the_newest_revision_lands(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY)
    catalogue.parent(PATH)
    catalogue.parent("old-guid")
    newest = Assembly.objects.get(guid="old-guid").content
    catalogue.run("--apply")
    assert Assembly.objects.get(guid=CANON).content == newest


def test_a_deleted_canonical_assembly_comes_to_life_and_a_deleted_shadow_is_left_alone(
    catalogue: CatalogueBench,
) -> None:
    catalogue.register(ENTRY)
    for name in (CANON, "old-guid"):
        catalogue.parent(name)
        catalogue.put(name, Domain.USER, None)
    catalogue.state(PATH, "v")
    answer = catalogue.run("--apply", "--json").answer
    assert answer["apply_summary"]["canonical_rows_created"] == 1
    assert answer["counts"]["shadow_assemblies"] == 1
    assert catalogue.parents() == [CANON]


@pytest.mark.parametrize("where", ["registry", "row"])
def test_an_alias_in_another_domain_refuses_an_apply(catalogue: CatalogueBench, where: str) -> None:
    catalogue.register(ENTRY | {"domain": "official" if where == "registry" else None})
    catalogue.parent(PATH, Domain.USER)
    if where == "row":
        catalogue.parent(CANON, Domain.OFFICIAL)
    before = catalogue.dump()
    called = catalogue.run("--apply", "--json")
    assert called.exit_code == 2
    assert called.answer["integrity_errors"][0].startswith("cross_domain_alias")
    assert catalogue.dump() == before


def test_replicas_and_working_copy_are_as_the_journal_says(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY | {"domain": "official"})
    catalogue.parent(PATH, Domain.OFFICIAL)
    catalogue.reference(PATH)
    flush()
    catalogue.run("--apply")
    flush()
    assert list(replica_model(Domain.OFFICIAL).objects.values_list("guid", flat=True)) == [CANON]
    assert not verify_library(catalogue.store, now=timezone.now()).findings


def test_a_lineage_is_rekeyed_with_everything_else_as_it_was(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY)
    catalogue.parent("0" * 32, cloned_from="OLD-GUID")
    before = Assembly.objects.get(guid="0" * 32).content
    catalogue.run("--apply")
    assert Assembly.objects.get(guid="0" * 32).content == before.replace('"OLD-GUID"', f'"{CANON}"')


def test_a_shadow_that_is_itself_a_clone_lands_with_its_origin_rekeyed(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY, {"id": OTHER, "aliases": ["origin"]})
    catalogue.parent(PATH, cloned_from="origin")
    answer = catalogue.run("--apply", "--json").answer
    assert catalogue.references() == [OTHER]
    assert answer["counts"]["reference_rekey_rows"] == 0


def test_settings_that_name_an_assembly_are_rekeyed_by_path(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY)
    catalogue.parent(OTHER)
    catalogue.state(OTHER, PATH, key="", category="replaced_by")
    catalogue.state(OTHER, PATH, key="text", category="variable_default")
    body = {"assembly_guid": "older-guid", "count": 1.0, "why": "older-guid"}
    catalogue.state(OTHER, body, key="object", category="deprecated")  # type: ignore[arg-type]
    catalogue.state(OTHER, {"assembly_guid": 7}, key="number", category="deprecated")  # type: ignore[arg-type]
    called = catalogue.run("--apply", "--json")
    assert called.answer["apply_summary"]["reference_rows_rekeyed"] == 2
    values = dict(AssemblySetting.objects.values_list("key", "value"))
    assert values == {
        "": f'"{CANON}"',
        "text": f'"{PATH}"',
        "object": f'{{"assembly_guid":"{CANON}","count":1.0,"why":"older-guid"}}',
        "number": '{"assembly_guid": 7}',
    }


def test_values_that_name_the_same_assembly_by_two_names_are_the_same(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY, {"id": OTHER, "aliases": ["successor"]})
    catalogue.state(PATH, "successor", key="", category="replaced_by")
    catalogue.state(CANON, OTHER, key="", category="replaced_by")
    summary = catalogue.run("--apply", "--json").answer["apply_summary"]
    assert summary["settings_rows_merged_as_duplicate"] == 1
    assert catalogue.states() == [(CANON, "replaced_by", "", OTHER, "active")]


def test_settings_that_give_way_are_kept_in_the_history(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY)
    catalogue.state(PATH, "dropped", "superseded", key="a", at=OLD)
    catalogue.state(CANON, "stays", key="a")
    catalogue.state(PATH, "wins", key="b", at=NEWER)
    catalogue.state(CANON, "replaced", "invalid", key="b", at=NEW)
    answer = catalogue.run("--apply", "--json").answer
    assert answer["apply_summary"]["state_rows_archived"] == 2
    history = AssemblySettingHistory.objects.order_by("key").values_list("assembly_guid", "value", "reason", "status")
    assert list(history) == [(PATH, '"dropped"', "dropped", "superseded"), (CANON, '"replaced"', "replaced", "invalid")]
    assert str(AssemblySettingHistory.objects.first()) == "c b"


def test_no_archive_leaves_the_history_alone(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY)
    catalogue.state(PATH, "dropped", "superseded")
    catalogue.state(CANON, "stays")
    assert catalogue.run("--apply", "--json", "--no-archive").answer["apply_summary"]["state_rows_archived"] == 0
    assert not AssemblySettingHistory.objects.exists()


def test_aliases_are_looked_up_after_an_apply_in_any_spelling(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY | {"kinds": {PATH: "path"}})
    catalogue.parent(OTHER)
    find = AssemblyAlias.objects.find_canonical
    assert find(PATH) is None
    assert catalogue.run("--apply").exit_code == 3
    assert catalogue.run("--apply", "--allow-empty").exit_code == 0
    assert find("scripts\\examples\\WRITE CANARY ") == CANON
    assert find(OTHER.upper()) == OTHER
    assert find("unknown") is None
    alias = AssemblyAlias.objects.get(alias=PATH.lower())
    assert (alias.kind, alias.domain, str(alias)) == ("path", "user", f"{PATH.lower()} → {CANON}")


def test_an_alias_of_what_becomes_an_alias_names_the_canonical_guid_at_once(catalogue: CatalogueBench) -> None:
    catalogue.register({"id": "first", "aliases": ["oldest"]})
    catalogue.run("--apply", "--allow-empty")
    catalogue.register({"id": CANON, "aliases": ["first"]})
    catalogue.run("--apply", "--allow-empty")
    assert AssemblyAlias.objects.find_canonical("oldest") == CANON
    catalogue.register({"id": "first", "aliases": []})
    catalogue.run("--apply", "--allow-empty")
    assert AssemblyAlias.objects.find_canonical("first") is None


def test_without_a_registry_the_librarys_own_aliases_are_used(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY)
    catalogue.run("--apply", "--allow-empty")
    catalogue.state(PATH, "v")
    called = call("migrate_legacy_aliases", "--apply", "--json", "--no-backup", "--report-dir", str(catalogue.reports))
    assert (called.exit_code, called.answer["registry_path"]) == (0, None)
    assert catalogue.states() == [(CANON, "c", "k", "v", "active")]


def test_reports_go_to_the_runtime_root_when_no_folder_is_named(catalogue: CatalogueBench) -> None:
    report = Path(call("migrate_legacy_aliases", "--json").answer["report_path"])
    assert report.parent.name == "Migrations"
    report.unlink()


def test_a_library_that_is_no_file_wants_a_backup_of_its_own_kind(
    catalogue: CatalogueBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.register(ENTRY)
    catalogue.parent(PATH)
    monkeypatch.setattr(connection, "vendor", "other", raising=False)
    with pytest.raises(Exception, match="no-backup"):
        CatalogueAdapter(may_rekey(Actor.of_command("test"))).back_up(catalogue.folder / "copy.db")


@pytest.mark.parametrize(
    ("table", "when"),
    [
        ("assemblies_assemblysetting", "UPDATE"),
        ("assemblies_assemblysetting", "DELETE"),
        ("assemblies_assemblysettinghistory", "INSERT"),
        ("assemblies_assemblynote", "UPDATE"),
        ("assemblies_assemblyalias", "INSERT"),
        ("assemblies_journalentry", "INSERT"),
        ("devmode_auditentry", "INSERT"),
    ],
)
@pytest.mark.sqlite("the refusing trigger is written for SQLite")
def test_a_refusing_table_leaves_everything_as_it_was(catalogue: CatalogueBench, table: str, when: str) -> None:
    catalogue.register(ENTRY)
    catalogue.state(PATH, "moved", key="a")
    catalogue.state(PATH, "dropped", "invalid", key="b")
    catalogue.state(CANON, "stays", key="b")
    catalogue.note(PATH)
    before = catalogue.dump()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TRIGGER injected BEFORE {when} ON {table} BEGIN SELECT RAISE(FAIL, 'no'); END")
    assert catalogue.run("--apply").exit_code == 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER injected")
    assert catalogue.dump() == before
    assert not list(catalogue.reports.glob("*Z.json"))
    assert catalogue.run("--apply").exit_code == 0


@pytest.mark.sqlite("the swallowing trigger is written for SQLite")
def test_a_row_that_vanishes_under_the_migration_is_noticed(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY)
    catalogue.note(PATH)
    before = catalogue.dump()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TRIGGER injected BEFORE UPDATE ON assemblies_assemblynote BEGIN SELECT RAISE(IGNORE); END"
        )
    assert catalogue.run("--apply").exit_code == 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER injected")
    assert catalogue.dump() == before


@pytest.mark.sqlite("only an SQLite file is backed up by the command")
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_backup_is_the_library_before_the_apply(catalogue: CatalogueBench) -> None:
    catalogue.register(ENTRY)
    catalogue.state(PATH, "v")
    backup = catalogue.run("--apply", "--json").answer["backup_path"]
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT assembly_guid FROM assemblies_assemblysetting").fetchall() == [(PATH,)]
    assert catalogue.states() == [(CANON, "c", "k", "v", "active")]


def test_settings_and_notes_say_what_they_are(catalogue: CatalogueBench) -> None:
    catalogue.state(OTHER, "v")
    catalogue.note(OTHER, "words " * 50)
    assert str(AssemblySetting.objects.get()) == "c k"
    assert len(str(AssemblyNote.objects.get())) == 80
