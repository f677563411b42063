"""Seeding empty domains from what a deploy ships."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.domains import Domain, Operation
from assemblies.journal.flush import flush
from assemblies.models import Assembly, Content, JournalEntry, OfficialAssembly
from assemblies.official.domain_file import DomainFile
from assemblies.official.seeding import SeedReport, seed_staged
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.backup.mirrored_library import make_mirror, on_sqlite
from tests.commands.deployment import Deployment
from tests.documents_made import script
from tests.official.published_folder import guid
from tests.official.shipped_file import change, empty_the_library, ship
from tests.permits import may_adopt, may_create, may_delete, may_update

Seed = Callable[[], list[SeedReport]]


@pytest.fixture
def shipped(tmp_path: Path, library: PayloadStore, command: Actor, settings: Settings) -> dict[str, Content]:
    """A staging root with two domains; the library is empty again. Returns what was shipped."""
    made = {1: Domain.OFFICIAL, 2: Domain.OFFICIAL, 3: Domain.COMMUNITY}
    for number, domain in made.items():
        create(script(f"Number {number}", guid=guid(number)), domain=domain, permit=may_create(command), store=library)
    update(guid(1), {"summary": "Changed."}, permit=may_update(command), store=library)
    settings.STAGING_ROOT = tmp_path / "staging"
    for domain in (Domain.OFFICIAL, Domain.COMMUNITY):
        ship(settings.STAGING_ROOT, library, domain)
    contents = {row.guid: row.read_content() for row in Assembly.objects.all()}
    empty_the_library()
    shutil.rmtree(library.storage.path(""))
    Path(library.storage.path("")).mkdir()
    return contents


@pytest.fixture
def seed(library: PayloadStore, command: Actor) -> Seed:
    return lambda: seed_staged(permit=may_adopt(command), store=library)


def test_empty_domains_get_the_shipped_rows_as_they_are_with_payloads_of_their_own(
    shipped: dict[str, Content], seed: Seed, library: PayloadStore
) -> None:
    reports = {report.domain: report for report in seed()}
    assert reports[Domain.OFFICIAL].adopted == [guid(1), guid(2)]
    assert reports[Domain.COMMUNITY].adopted == [guid(3)]
    assert Domain.USER not in reports
    for row in Assembly.objects.all():
        content, origin = row.read_content(), shipped[row.guid]
        assert (content.content_hash, content.summary) == (origin.content_hash, origin.summary)
        assert (content.created_at, content.updated_by) == (origin.created_at, origin.updated_by)
        assert [library.read(reference) for reference in content.references] == [b"echo hello\n"]
        assert row.search_text == "echo hello\n"
    assert set(JournalEntry.objects.values_list("operation", flat=True)) == {Operation.ADOPT}
    assert set(AuditEntry.objects.values_list("event", flat=True)) == {"assembly.adopt"}
    assert flush() == {"official": 2, "community": 1, "user": 0}
    assert OfficialAssembly.objects.count() == 2
    assert list(reports[Domain.OFFICIAL].lines()) == ["official: 2 assemblies taken from the staged database"]


def test_a_domain_is_seeded_once_and_only_once(shipped: dict[str, Content], seed: Seed, command: Actor) -> None:
    seed()
    delete(guid(3), permit=may_delete(command))
    flush()
    assert seed() == []
    assert not Assembly.objects.live().filter(guid=guid(3)).exists(), "what was deleted stays deleted"
    assert JournalEntry.objects.count() == 4


def test_a_domain_that_has_rows_is_left_alone(
    shipped: dict[str, Content], seed: Seed, command: Actor, library: PayloadStore
) -> None:
    create(script("Ours"), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    assert [report.domain for report in seed()] == [Domain.COMMUNITY]


def test_a_domain_database_that_holds_rows_is_left_to_be_hydrated(
    shipped: dict[str, Content], seed: Seed, command: Actor, library: PayloadStore
) -> None:
    create(script("Theirs"), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    flush()
    Assembly.objects.all().delete()
    assert [report.domain for report in seed()] == [Domain.COMMUNITY]


def test_a_guid_of_another_domain_is_reported_and_left(
    shipped: dict[str, Content], seed: Seed, command: Actor, library: PayloadStore
) -> None:
    create(script("Mine", guid=guid(1)), domain=Domain.USER, permit=may_create(command), store=library)
    official = seed()[0]
    assert (official.adopted, official.conflicts) == ([guid(2)], [guid(1)])
    assert Assembly.objects.get(guid=guid(1)).display_name == "Mine"
    assert "1 GUIDs belong to other domains" in "\n".join(official.lines())


def test_rows_that_do_not_hold_are_reported_and_the_others_taken(
    shipped: dict[str, Content], seed: Seed, settings: Settings
) -> None:
    official = Path(settings.STAGING_ROOT) / "Assemblies" / "official.db"
    change(official, "UPDATE assemblies_domainassembly SET content = '{}' WHERE guid = ?", guid(1))
    report = seed()[0]
    assert report.adopted == [guid(2)]
    assert [skipped.path for skipped in report.skipped] == [guid(1)]
    assert f"{guid(1)} was not taken" in "\n".join(report.lines())


def test_a_file_that_cannot_be_read_is_reported_and_stops_nothing(
    shipped: dict[str, Content], seed: Seed, settings: Settings
) -> None:
    (Path(settings.STAGING_ROOT) / "Assemblies" / "official.db").write_bytes(b"garbage" * 200)
    official, community = seed()
    assert (official.adopted, community.adopted) == ([], [guid(3)])
    assert "cannot be used" in "\n".join(official.lines())


def test_the_official_file_is_held_to_the_pinned_keys(
    shipped: dict[str, Content], seed: Seed, settings: Settings
) -> None:
    settings.OFFICIAL_SIGNING_KEYS = ["RWQ" + "A" * 53]
    official, community = seed()
    assert "not signed" in official.refusal
    assert community.adopted == [guid(3)]
    settings.OFFICIAL_SIGNING_KEYS = ["no key"]
    assert "not an Ed25519 key" in seed()[0].refusal


def test_a_row_that_comes_up_meanwhile_is_not_overwritten(
    shipped: dict[str, Content], seed: Seed, command: Actor, library: PayloadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = DomainFile.read

    def read_while_somebody_writes(file: DomainFile) -> object:
        rows = list(whole(file))
        if file.path.name == "official.db":
            create(script("First", guid=guid(2)), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
        return iter(rows)

    monkeypatch.setattr(DomainFile, "read", read_while_somebody_writes)
    official = seed()[0]
    assert official.adopted == []
    assert "already has this GUID" in official.refusal
    assert Assembly.objects.of_domain(Domain.OFFICIAL).get().display_name == "First"


def test_without_a_staged_database_there_is_nothing_to_do(library: PayloadStore, seed: Seed) -> None:
    assert seed() == []


@on_sqlite
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_mirror_serves_as_a_staging_root_and_prepare_seeds_from_it(
    tmp_path: Path, library: PayloadStore, command: Actor
) -> None:
    create(script("Shipped", guid=guid(1)), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    flush()
    mirrored = make_mirror(tmp_path / "mirrors", library).mirror
    deployment = Deployment(tmp_path / "var", BOREALIS_STAGING_ROOT=str(mirrored))
    first = json.loads(deployment.answer("prepare", "--json"))
    assert first["seeding"][0]["adopted"] == [guid(1)]
    assert deployment.state()["guids"] == [guid(1)]
    assert json.loads(deployment.answer("prepare", "--json"))["seeding"] == []
    synchronised = json.loads(deployment.answer("sync_official", "--json"))
    assert (synchronised["added"], synchronised["unchanged"]) == ([], 1)
