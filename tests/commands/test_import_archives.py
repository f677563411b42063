"""`import_assemblies` given zip archives: hostile names, bombs, damage, the readable style."""

import os
import zipfile
from pathlib import Path

import pytest

from assemblies.models import Assembly
from tests.commands.calling import call
from tests.commands.importing import guids, refused, run, zip_of
from tests.official.published_folder import guid, publish, publish_many

pytestmark = pytest.mark.usefixtures("library")


def test_hostile_names_in_an_archive_create_no_file(tmp_path: Path) -> None:
    document = publish(tmp_path / "made", 1).read_bytes()
    archive = tmp_path / "hostile.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number, name in enumerate(("../../escape.json", "/abs.json", "a\nb.json", "C:\\x.json", "__MACOSX/y.json")):
            file.writestr(name, document.replace(guid(1).encode(), guid(number + 1).encode()))
        file.writestr("folder.json/", b"")
    before = set(tmp_path.rglob("*"))

    called = run(archive, "--domain", "user", "--json")

    assert called.exit_code == 0
    assert len(called.answer["created"]) == 4
    assert all(row["path"].isprintable() for row in called.answer["created"])
    new = [path for path in set(tmp_path.rglob("*")) - before if not path.is_relative_to(tmp_path / "Payloads")]
    assert new == []
    assert not (tmp_path.parent.parent / "escape.json").exists()


def test_a_bomb_and_damage_in_an_archive_are_refused(tmp_path: Path) -> None:
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.json", b" " * 50_000_000)
        file.writestr("damaged.json", os.urandom(4000).hex())
    raw = bytearray(archive.read_bytes())
    start = raw.index(b"damaged.json") + 200
    raw[start : start + 40] = bytes(40)
    archive.write_bytes(raw)

    reasons = {Path(path).name: reason for path, reason in refused(run(archive, "--domain", "user", "--json")).items()}

    assert "larger than the limit" in reasons["bomb.json"]
    assert reasons["damaged.json"] == "The archive is damaged or encrypted here; create it again without a password."


def test_an_archive_is_unpacked_as_far_as_memory_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_many(tmp_path / "made", 2)
    archive = tmp_path / "many.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted((tmp_path / "made").rglob("*.json")):
            file.write(path, path.name)
        file.writestr("zeros.json", bytes(500_000))
    monkeypatch.setattr("assemblies.bundles.archive.MAX_UNPACKED_BYTES", 100_000)
    called = run(archive, "--domain", "user", "--json")
    assert guids(called.answer["created"]) == [guid(1), guid(2)]
    [reason] = refused(called).values()
    assert "unpacks to more" in reason

    monkeypatch.setattr("assemblies.bundles.archive.MAX_MEMBERS", 2)
    [reason] = refused(run(archive, "--domain", "user", "--json")).values()
    assert reason == "The archive has more than 2 members."


def test_the_readable_style_is_imported_from_an_archive_too(tmp_path: Path) -> None:
    publish_many(tmp_path / "made", 1)
    run(tmp_path / "made", "--domain", "user")
    before = Assembly.objects.get().content_hash
    call("export_assemblies", str(tmp_path / "tree"), "--style", "tree")
    called = run(zip_of(tmp_path / "tree", tmp_path / "tree.zip"), "--domain", "user", "--json")

    assert guids(called.answer["unchanged"]) == [guid(1)]
    assert Assembly.objects.get().content_hash == before


def test_a_script_that_is_missing_next_to_its_document_is_named(tmp_path: Path) -> None:
    publish(tmp_path / "made", 1, script=None, script_encoding=None)
    archive = zip_of(tmp_path / "made", tmp_path / "made.zip")
    for path in (tmp_path / "made", archive):
        called = run(path, "--domain", "user", "--json")
        assert called.exit_code == 2
        assert "script" in next(iter(refused(called).values()))
