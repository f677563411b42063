"""`import_assemblies`: what it creates, updates and refuses."""

import json
from pathlib import Path

import pytest

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.domains import Domain
from assemblies.errors import GuidInOtherDomain
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.commands.importing import guids, refused, run, zip_of
from tests.documents_made import script
from tests.official.published_folder import guid, publish, publish_many
from tests.permits import may_create, may_delete

pytestmark = pytest.mark.usefixtures("library")


def test_files_folders_and_archives_are_imported_in_one_transaction(tmp_path: Path) -> None:
    publish_many(tmp_path / "folder", 2)
    publish(tmp_path / "packed", 3, path="deep/er/three.json")
    single = publish(tmp_path, 4, path="single.json", assembly_guid=None)
    archive = zip_of(tmp_path / "packed", tmp_path / "packed.zip")

    called = run(tmp_path / "folder", archive, single, "--domain", "user_created", "--json")

    assert called.exit_code == 0
    assert [row["path"] for row in called.answer["created"]] == [
        f"{tmp_path}/folder/scripts/linux/number-1.json",
        f"{tmp_path}/folder/scripts/linux/number-2.json",
        f"{tmp_path}/packed.zip/deep/er/three.json",
        f"{tmp_path}/single.json",
    ]
    assert set(guids(called.answer["created"])) == set(Assembly.objects.values_list("guid", flat=True))
    assert set(Assembly.objects.values_list("domain", flat=True)) == {Domain.USER}
    assert AuditEntry.objects.count() == 1


def test_importing_again_changes_nothing(tmp_path: Path) -> None:
    publish_many(tmp_path, 3)
    run(tmp_path, "--domain", "user")
    called = run(tmp_path, "--domain", "user", "--json")

    assert (called.answer["created"], called.answer["updated"]) == ([], [])
    assert guids(called.answer["unchanged"]) == [guid(1), guid(2), guid(3)]
    assert JournalEntry.objects.count() == 3


def test_refused_documents_are_listed_and_stop_no_other(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "notes.txt").write_text("no document")
    (tmp_path / "bad.zip").write_bytes(b"no archive")

    called = run(
        tmp_path, tmp_path / "notes.txt", tmp_path / "bad.zip", tmp_path / "absent", "--domain", "user", "--json"
    )

    assert called.exit_code == 2
    assert "Documents refused: 4" in called.stderr
    assert guids(called.answer["created"]) == [guid(1)]
    reasons = {Path(path).name: reason for path, reason in refused(called).items()}
    assert list(reasons) == ["broken.json", "notes.txt", "bad.zip", "absent"]
    assert reasons["bad.zip"] == "This is not a zip archive."
    assert Assembly.objects.count() == 1


def test_people_see_the_reasons(tmp_path: Path) -> None:
    publish_many(tmp_path, 55)
    (tmp_path / "broken.json").write_text("{")
    called = run(tmp_path, "--domain", "user")

    assert called.exit_code == 2
    assert "refused" in called.stdout and "not valid JSON" in called.stdout
    assert "… and 6 more" in called.stdout
    assert "55 created, 0 updated, 0 unchanged, 1 refused." in called.stdout


@pytest.mark.parametrize("policy", ["update", "skip", "new_guid", "fail"])
def test_the_second_of_two_documents_of_one_guid_is_refused_wherever_they_stand(tmp_path: Path, policy: str) -> None:
    first = publish(tmp_path / "one", 1, path="first.json")
    publish(tmp_path / "two", 1, path="later.json", description="Later.")
    later = zip_of(tmp_path / "two", tmp_path / "two.zip")
    for options in (("--dry-run",), ()):
        called = run(tmp_path / "one", later, "--domain", "user", "--on-conflict", policy, "--json", *options)
        assert called.exit_code == 2
        assert called.answer["created"] == [{"path": str(first), "assembly_guid": guid(1)}]
        assert refused(called) == {f"{later}/later.json": f"Its GUID is also in {first}, which was kept."}
    assert Assembly.objects.get().summary == "Says a number."


def test_a_file_named_twice_is_imported_once(tmp_path: Path) -> None:
    file = publish(tmp_path, 1)
    called = run(file, file, "--domain", "user", "--on-conflict", "fail", "--json")
    assert (called.exit_code, guids(called.answer["created"])) == (0, [guid(1)])


def test_a_guid_of_another_domain_is_refused_and_left_alone_h1(
    tmp_path: Path, store: PayloadStore, command: Actor
) -> None:
    create(script("Official", guid=guid(1)), domain=Domain.OFFICIAL, permit=may_create(command), store=store)
    publish_many(tmp_path, 2)
    called = run(tmp_path, "--domain", "user", "--json")

    assert called.exit_code == 2
    assert list(refused(called).values()) == [GuidInOtherDomain.default_message]
    assert guids(called.answer["created"]) == [guid(2)]
    assert Assembly.objects.get(guid=guid(1)).display_name == "Official"


@pytest.mark.parametrize(
    ("policy", "exit_code", "what"),
    [("update", 0, "updated"), ("skip", 0, "unchanged"), ("fail", 2, "refused"), ("new_guid", 0, "created")],
)
def test_a_known_guid_is_treated_as_asked_and_a_dry_run_foretells_it(
    tmp_path: Path, policy: str, exit_code: int, what: str
) -> None:
    publish(tmp_path, 1)
    run(tmp_path, "--domain", "user")
    publish(tmp_path, 1, description="Later.")
    entries = JournalEntry.objects.count()

    dry = run(tmp_path, "--domain", "user", "--on-conflict", policy, "--dry-run", "--json")
    assert JournalEntry.objects.count() == entries
    real = run(tmp_path, "--domain", "user", "--on-conflict", policy, "--json")

    for called in (dry, real):
        assert called.exit_code == exit_code
        counts = {key: len(called.answer[key]) for key in ("created", "updated", "unchanged", "refused")}
        assert counts == {key: int(key == what) for key in counts}
    summaries = set(Assembly.objects.values_list("summary", flat=True))
    assert ("Later." in summaries) is (policy in {"update", "new_guid"})
    assert Assembly.objects.count() == (2 if policy == "new_guid" else 1)


@pytest.mark.parametrize("policy", ["update", "skip", "fail"])
def test_a_deleted_assembly_comes_back_by_its_document(tmp_path: Path, command: Actor, policy: str) -> None:
    publish(tmp_path, 1)
    run(tmp_path, "--domain", "user")
    delete(guid(1), permit=may_delete(command))
    for options in (("--dry-run",), ()):
        called = run(tmp_path, "--domain", "user", "--on-conflict", policy, "--json", *options)
        assert guids(called.answer["created"]) == [guid(1)]
    assert Assembly.objects.live().count() == 1


def test_a_dry_run_tells_new_from_same_and_writes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    run(tmp_path, "--domain", "user")
    publish(tmp_path, 2)
    called = run(tmp_path, "--domain", "user", "--dry-run", "--json")

    assert (guids(called.answer["created"]), guids(called.answer["unchanged"])) == ([guid(2)], [guid(1)])
    assert called.answer["dry_run"] is True
    assert Assembly.objects.count() == 1
    assert "Would be done" in run(tmp_path, "--domain", "user", "--dry-run").stdout


def test_nothing_good_is_nothing_to_do(tmp_path: Path) -> None:
    assert run(tmp_path / "absent", "--domain", "user").exit_code == 2
    assert not AuditEntry.objects.exists()


def test_a_link_named_on_the_command_line_is_the_file_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(publish(tmp_path / "real", 1))
    called = run(tmp_path / "link.json", "--domain", "user", "--json")
    assert guids(called.answer["created"]) == [guid(1)]


@pytest.mark.parametrize("domain", ["", "nowhere"])
def test_an_unknown_domain_is_named(tmp_path: Path, domain: str) -> None:
    called = run(tmp_path, "--domain", domain)
    assert called.exit_code != 0
    assert "official, community or user" in called.stderr


def test_a_folder_without_documents_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("no document")
    archive = zip_of(tmp_path / "empty", tmp_path / "empty.zip")
    called = run(tmp_path / "empty", archive, "--domain", "user")
    assert called.exit_code == 2
    assert f"No document and no script found in {tmp_path}/empty." in called.stdout
    assert f"No document and no script found in {archive}." in called.stdout
    assert "0 created, 0 updated, 0 unchanged, 0 refused." in called.stdout
    called = run(tmp_path / "empty", "--domain", "user", "--json")
    assert (called.exit_code, called.answer["without_documents"]) == (2, [f"{tmp_path}/empty"])


def test_one_path_without_documents_stops_no_other_and_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    called = run(tmp_path / "empty", publish(tmp_path, 1), "--json")
    assert (called.exit_code, guids(called.answer["created"])) == (2, [guid(1)])
    assert set(Assembly.objects.values_list("domain", flat=True)) == {Domain.USER}


def test_json_of_other_programs_is_passed_over_unless_it_is_named(tmp_path: Path) -> None:
    publish_many(tmp_path, 7)
    (tmp_path / "package.json").write_text(json.dumps({"name": "x", "type": "module", "scripts": {"test": "true"}}))
    (tmp_path / "tsconfig.json").write_text('{ /* as made */ "compilerOptions": {"strict": true, }, }')
    called = run(tmp_path, "--domain", "user", "--json")
    assert (called.exit_code, called.answer["refused"]) == (0, [])
    assert [Path(one["path"]).name for one in called.answer["passed_over"]] == ["package.json", "tsconfig.json"]
    assert "passed over" in run(tmp_path, "--domain", "user").stdout

    named = run(tmp_path / "package.json", "--domain", "user", "--json")
    assert (named.exit_code, list(refused(named))) == (2, [f"{tmp_path}/package.json"])
    (tmp_path / "only").mkdir()
    (tmp_path / "only" / "renovate.json").write_text('{"extends": []}')
    assert run(tmp_path / "only", "--domain", "user").exit_code == 2


def test_help_says_what_becomes_of_documents_without_a_guid(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--help")
    assert "becomes a new assembly each time it is imported" in " ".join(capsys.readouterr().out.split())
