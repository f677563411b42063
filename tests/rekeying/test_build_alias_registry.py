"""The registry from a synthetic history that moves, re-cases, renames and re-keys documents as the real one did."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from assemblies.domains import Domain
from assemblies.models import Assembly, AssemblyNote, AssemblySetting
from tests.commands.calling import call
from tests.official.git.git_repository import Repository, needs_git
from tests.rekeying.bench import CatalogueBench

pytestmark = needs_git
UPPER = "121DD824-1111-4111-8111-0000000000AB"
PING, PONG = "79586969-2222-4222-8222-ee7e7a644c1b", "79586969-2222-4222-8222-ee7e3c644c1b"
GONE = "c0ffee00-3333-4333-8333-333333333333"
CANARY_PATH = "Scripts/Examples/Write Canary.json"


def sha1(path: str) -> str:
    return hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()


def document(guid: str | None, body: str, **more: Any) -> str:
    """Long enough for git to know it again after a move."""
    words = {"name": body, "script": f"{body}\n" * 40, "type": "bash"} | more
    return json.dumps(words | ({"assembly_guid": guid} if guid else {}), indent=1)


class Catalogue(Repository):
    """A catalogue in git whose files are written, moved and removed commit by commit."""

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def move(self, old: str, new: str) -> None:
        (self.folder / new).parent.mkdir(parents=True, exist_ok=True)
        self.git("mv", old, new)


@pytest.fixture
def history(tmp_path: Path) -> Catalogue:
    made = Catalogue(tmp_path / "catalogue")
    made.write(CANARY_PATH, document(None, "canary"))
    made.write("Playbooks/ping-pong.json", document(PING, "ping"))
    made.write("scripts/timezone.json", document(UPPER, "timezone"))
    made.write("scripts/retired.json", document(GONE, "retired"))
    made.write("README.md", "Not a document")
    made.commit("first")
    made.move(CANARY_PATH, "scripts/canary--x.json")
    made.write("scripts/canary--x.json", document(sha1(CANARY_PATH), "canary"))
    made.move("Playbooks/ping-pong.json", "playbooks/linux/ping-pong.json")
    made.commit("move")
    made.write("playbooks/linux/ping-pong.json", document(PONG, "ping"))
    made.write("scripts/timezone.json", document(UPPER.lower(), "timezone"))
    made.git("rm", "--quiet", "scripts/retired.json")
    made.commit("re-key and retire")
    made.move("scripts/canary--x.json", "scripts/windows/canary.json")
    made.commit("move again")
    return made


def build(history: Catalogue, out: Path, *options: str) -> Any:
    called = call("build_alias_registry", "--git", str(history.folder), "--out", str(out), "--json", *options)
    assert called.exit_code == 0, called
    return json.loads(out.read_text())


def entry(registry: Any, guid: str) -> Any:
    return next(entry for entry in registry["assemblies"] if entry["id"] == guid)


def test_every_earlier_name_leads_to_the_guid_at_the_head(history: Catalogue, tmp_path: Path) -> None:
    registry = build(history, tmp_path / "registry.json")
    canary, ping = entry(registry, sha1(CANARY_PATH)), entry(registry, PONG)
    assert {entry["id"] for entry in registry["assemblies"]} == {canary["id"], PONG, UPPER.lower(), GONE}
    expected = {CANARY_PATH, CANARY_PATH[:-5], "Write Canary", "scripts/canary--x", sha1("scripts/windows/canary.json")}
    assert expected <= set(canary["aliases"])
    assert canary["kinds"][CANARY_PATH] == "path"
    assert canary["kinds"][canary["id"][:8]] == "short8"
    assert {PING, "Playbooks/ping-pong.json", "ping-pong"} <= set(ping["aliases"])
    assert ping["kinds"][PING] == "guid"
    assert entry(registry, UPPER.lower())["kinds"][UPPER] == "guid-case"
    assert [entry["id"] for entry in registry["assemblies"] if entry["retired"]] == [GONE]
    assert PING[:8] in ping["aliases"]


def test_the_same_history_gives_the_same_file(history: Catalogue, tmp_path: Path) -> None:
    build(history, tmp_path / "one.json")
    bare = tmp_path / "bare.git"
    shutil.copytree(history.folder / ".git", bare)
    called = call("build_alias_registry", "--git", str(bare), "--ref", "main", "--out", str(tmp_path / "two.json"))
    assert "4 assemblies (1 retired)" in called.stdout
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_a_name_that_two_things_had_is_nobodys_alias(history: Catalogue, tmp_path: Path) -> None:
    history.write("other/timezone.json", document("aaaaaaaa-4444-4444-8444-444444444444", "another"))
    history.write("other/retired.json", document("not a guid", "broken"))
    history.write("other/list.json", "[]")
    history.commit()
    registry = build(history, tmp_path / "registry.json")
    assert len(registry["ambiguous"]["timezone"]) == 2
    assert all("timezone" not in entry["aliases"] for entry in registry["assemblies"])


def test_what_people_know_better_wins(history: Catalogue, tmp_path: Path) -> None:
    overrides = tmp_path / "overrides.json"
    overrides.write_text(
        json.dumps(
            {
                "assemblies": [{"id": GONE, "aliases": ["ping-pong"]}, {"id": PONG, "retired": True}],
                "not_aliases": ["Write Canary"],
            }
        )
    )
    registry = build(history, tmp_path / "registry.json", "--overrides", str(overrides))
    assert "ping-pong" in entry(registry, GONE)["aliases"]
    assert "ping-pong" not in entry(registry, PONG)["aliases"]
    assert entry(registry, PONG)["retired"]
    assert "Write Canary" not in entry(registry, sha1(CANARY_PATH))["aliases"]


@pytest.mark.parametrize("text", ["{", '{"not_aliases": "all"}', '{"assemblies": [{}]}'])
def test_overrides_that_cannot_be_read_are_refused(history: Catalogue, tmp_path: Path, text: str) -> None:
    overrides = tmp_path / "overrides.json"
    overrides.write_text(text)
    called = call(
        "build_alias_registry",
        "--git",
        str(history.folder),
        "--out",
        str(tmp_path / "r"),
        "--overrides",
        str(overrides),
    )
    assert called.exit_code == 2
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("ref", ["nowhere", "f" * 40, "--upload-pack=x"])
def test_a_ref_that_is_not_there_is_refused(history: Catalogue, tmp_path: Path, ref: str) -> None:
    called = call("build_alias_registry", "--git", str(history.folder), f"--ref={ref}", "--out", str(tmp_path / "r"))
    assert called.exit_code == 2


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    called = call("build_alias_registry", "--git", str(tmp_path), "--out", str(tmp_path / "r"))
    assert called.exit_code == 2


def test_a_document_that_comes_back_or_is_taken_over_is_the_same_thing(history: Catalogue, tmp_path: Path) -> None:
    history.write("scripts/back.json", document(GONE, "back", tags=["entirely", "different"]))
    history.write("new/wrapped.json", json.dumps({"payload": {"assembly_guid": PING, "script": "x"}}))
    history.commit()
    history.git("rm", "--quiet", "new/wrapped.json")
    history.commit()
    registry = build(history, tmp_path / "registry.json")
    assert not entry(registry, GONE)["retired"]
    assert {"scripts/retired.json", "scripts/back.json"} <= set(entry(registry, GONE)["aliases"])
    assert "new/wrapped.json" in entry(registry, PONG)["aliases"]
    assert PING not in [entry["id"] for entry in registry["assemblies"]]


def test_the_catalogues_folder_is_no_part_of_a_path(tmp_path: Path) -> None:
    made = Catalogue(tmp_path / "catalogue")
    made.write("Assemblies/scripts/hello.json", document(PING, "hello"))
    made.commit()
    aliases = entry(build(made, tmp_path / "registry.json"), PING)["aliases"]
    assert {"scripts/hello", "hello", sha1("scripts/hello.json")} <= set(aliases)


def test_a_library_of_an_early_day_is_rekeyed_to_the_head_without_losing_a_row(
    history: Catalogue, catalogue: CatalogueBench, tmp_path: Path
) -> None:
    registry = build(history, catalogue.registry)
    early = [sha1(CANARY_PATH).upper(), CANARY_PATH[:-5], PING, UPPER, GONE, "scripts\\timezone"]
    for number, name in enumerate(early):
        catalogue.parent(name, Domain.OFFICIAL)
        catalogue.state(name, "favourite", key=f"key {number}")
        catalogue.note(name, f"note {number}")
        catalogue.parent(f"{number:032x}", cloned_from=name)
    catalogue.note("ping-pong", "by stem")
    answer = catalogue.run("--apply", "--json").answer
    known = {entry["id"] for entry in registry["assemblies"]}
    assert answer["apply_summary"]["shadow_assemblies_deleted"] == 5
    assert set(Assembly.objects.live().filter(domain="official").values_list("guid", flat=True)) == known
    assert set(AssemblySetting.objects.values_list("assembly_id", flat=True)) == known
    assert set(AssemblyNote.objects.values_list("assembly_guid", flat=True)) == known
    assert set(catalogue.references()) == known
    assert answer["row_counts_before"] | {"assemblies": 0} == answer["row_counts_after"] | {"assemblies": 0}
    assert answer["row_counts_after"]["notes"] == 7
    assert not Assembly.objects.live().filter(settings=None, domain="official").exists()
