"""`export_assemblies`, and back again by `import_assemblies`."""

from pathlib import Path

import pytest

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from assemblies.payloads.reference import payload_name
from devmode.actor import Actor
from tests.commands.calling import Called, call
from tests.documents_made import script
from tests.official.published_folder import guid
from tests.permits import may_create, may_delete

pytestmark = pytest.mark.usefixtures("library")
STYLES = ["authoring", "legacy", "envelope", "tree"]


@pytest.fixture
def stocked(library: PayloadStore, command: Actor) -> None:
    odd = script(
        "Odd bytes",
        b"\xef\xbb\xbfecho\r\n\r",
        guid=guid(1),
        files=[Attachment("passwd", "text/plain", b"attached", {})],
    )
    for document, domain in (
        (odd, Domain.USER),
        (script("../../Ünsafe: name", guid=guid(2)), Domain.COMMUNITY),
        (script("Gone", guid=guid(3)), Domain.USER),
    ):
        create(document, domain=domain, permit=may_create(command), store=library)
    delete(guid(3), permit=may_delete(command))


def run(*arguments: str | Path) -> Called:
    return call("export_assemblies", *map(str, arguments))


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.usefixtures("stocked")
@pytest.mark.parametrize("style", STYLES)
def test_what_is_exported_is_imported_equal(tmp_path: Path, style: str) -> None:
    hashes = dict(Assembly.objects.live().values_list("guid", "content_hash"))
    called = run(tmp_path / "out", "--style", style, "--json")

    assert called.exit_code == 0
    assert (called.answer["exported"], called.answer["refused"]) == (2, [])
    assert called.answer["files"] == len(files_below(tmp_path / "out"))
    for domain in ("user", "community"):
        if style == "legacy":  # has no GUID by its nature
            continue
        again = call("import_assemblies", str(tmp_path / "out" / domain), "--domain", domain, "--json").answer
        assert (again["created"], again["updated"], again["refused"]) == ([], [], [])
    if style == "legacy":
        call("import_assemblies", str(tmp_path / "out"), "--domain", "official")
        assert sorted(Assembly.objects.of_domain(Domain.OFFICIAL).values_list("content_hash", flat=True)) == sorted(
            hashes.values()
        )


@pytest.mark.usefixtures("stocked")
def test_the_readable_style_writes_the_script_itself(tmp_path: Path) -> None:
    run(tmp_path / "out", "--style", "tree", "--domain", "user")

    [script_file] = (tmp_path / "out").rglob("*.sh")
    assert script_file.read_bytes() == b"\xef\xbb\xbfecho\r\n\r"
    [attached] = (tmp_path / "out").rglob("*.files/1")
    assert attached.read_bytes() == b"attached"


@pytest.mark.usefixtures("stocked")
def test_nothing_in_a_document_names_a_file(tmp_path: Path) -> None:
    run(tmp_path / "out", "--style", "tree")

    for name in files_below(tmp_path / "out"):
        assert ".." not in name and "passwd" not in name and name.isascii()
    assert {path.name for path in tmp_path.iterdir()} == {"out", "Payloads"}


@pytest.mark.usefixtures("stocked")
def test_one_domain_can_be_chosen_and_the_deleted_stay_out(tmp_path: Path) -> None:
    answer = run(tmp_path / "out", "--domain", "user", "--json").answer

    assert (answer["domain"], answer["exported"]) == ("user", 1)
    assert [name.split("/")[0] for name in files_below(tmp_path / "out")] == ["user"]


def test_two_assemblies_of_one_name_and_like_guids_get_two_files(
    tmp_path: Path, store: PayloadStore, command: Actor
) -> None:
    for number in (1, 2, 3):
        create(
            script("Twin", b"echo %d" % number, guid=guid(number)),
            domain=Domain.USER,
            permit=may_create(command),
            store=store,
        )
    assert run(tmp_path / "out", "--style", "tree").exit_code == 0

    assert {path.read_bytes() for path in (tmp_path / "out").rglob("*.sh")} == {b"echo 1", b"echo 2", b"echo 3"}
    again = call("import_assemblies", str(tmp_path / "out"), "--domain", "user", "--json").answer
    assert (len(again["unchanged"]), again["refused"]) == (3, [])


@pytest.mark.usefixtures("stocked")
def test_a_damaged_payload_is_listed_and_stops_no_other(tmp_path: Path, store: PayloadStore) -> None:
    flush()
    row = Assembly.objects.get(guid=guid(1))
    Path(store.storage.path(payload_name(row.payload_guid))).write_bytes(b"echo evil")
    in_json = run(tmp_path / "out", "--json")
    in_words = run(tmp_path / "again")

    assert (in_json.exit_code, in_words.exit_code) == (2, 2)
    assert [one["assembly_guid"] for one in in_json.answer["refused"]] == [guid(1)]
    assert in_json.answer["exported"] == 1
    assert not any(b"evil" in path.read_bytes() for path in (tmp_path / "out").rglob("*.json"))
    assert guid(1) in in_words.stdout


@pytest.mark.usefixtures("stocked")
def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    called = run(tmp_path / "full", "--json")

    assert called.exit_code == 2
    assert "not empty" in called.answer["message"]
    assert files_below(tmp_path / "full") == ["mine.txt"]


@pytest.mark.usefixtures("stocked")
def test_a_link_or_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "file").write_text("mine")

    assert run(tmp_path / "link").exit_code == 2
    assert run(tmp_path / "file").exit_code == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (tmp_path / "file").read_text() == "mine"


def test_an_empty_library_is_exported_as_an_empty_folder(tmp_path: Path) -> None:
    called = run(tmp_path / "new" / "er")
    assert called.exit_code == 0
    assert "0 assemblies in 0 files" in called.stdout
    assert list((tmp_path / "new" / "er").iterdir()) == []


@pytest.mark.usefixtures("stocked")
def test_no_temporary_file_is_left(tmp_path: Path) -> None:
    run(tmp_path / "out", "--style", "tree")
    assert [name for name in files_below(tmp_path / "out") if name.endswith(".tmp")] == []
