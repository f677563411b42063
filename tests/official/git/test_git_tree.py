"""What a tree may hold among its documents, and what makes it be refused whole (requirement 14)."""

import json
from pathlib import Path
from typing import Any

import pytest

from assemblies.bundles.collect import MAX_SEARCHED_BYTES
from assemblies.documents import write_tree
from assemblies.errors import SyncRefused
from tests.documents_made import script
from tests.official.git.git_repository import Repository, git_source, needs_git
from tests.official.published_folder import guid

pytestmark = needs_git

FILE, PROGRAM, LINK, SUBMODULE = "100644", "100755", "120000", "160000"
NO_COMMIT_OF_OURS = "1" * 40


def document(number: int, **fields: Any) -> str:
    entry = {"assembly_guid": guid(number), "name": f"Number {number}", "type": "bash", "script": f"echo {number}\n"}
    return json.dumps(entry | fields)


GOOD = (FILE, "scripts/one.json", document(1))
READABLE = [
    (FILE, name, content) for name, content in write_tree(script(guid=guid(2), payload=b"echo 2\n"), "say").items()
]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.fixture
def read(repository: Repository, tmp_path: Path) -> Any:
    def read_tree(*entries: tuple[str, str, str | bytes]) -> list[str]:
        repository.commit_entries(*entries)
        contents = git_source(repository.folder, tmp_path / "mirrors").read()
        return [found.path for found in contents.documents] + [f"skipped {one.path}" for one in contents.skipped]

    return read_tree


@pytest.mark.parametrize(
    ("entries", "path", "reason"),
    [
        ([(LINK, "two.json", "/etc/passwd")], "two.json", "symbolic link"),
        ([(LINK, "two.json", "scripts/one.json")], "two.json", "symbolic link"),
        ([(LINK, "more", "/etc")], "more", "symbolic link"),
        ([(LINK, "more", "scripts")], "more", "symbolic link"),
        ([(LINK, "more", "../" * 1500)], "more", "symbolic link"),
        ([*READABLE[:1], (LINK, "say.sh", "/etc/passwd")], "say.sh", "symbolic link"),
        ([(SUBMODULE, "vendor/more", NO_COMMIT_OF_OURS)], "vendor/more", "submodule"),
        ([(FILE, "Scripts/one.json", document(2))], "scripts/one.json", "another spelling"),
        ([(FILE, "scripts/ONE.JSON", document(2))], "scripts/one.json", "another spelling"),
        ([(FILE, "stra\u00dfe.json", document(2)), (FILE, "STRASSE.json", document(3))], "straße.json", "another"),
        ([(FILE, "e\u0301.json", document(2)), (FILE, "\u00e9.json", document(3))], "\u00e9.json", "another"),
        ([*READABLE, (FILE, "SAY.sh", "echo other\n")], "say.sh", "another spelling"),
        ([(FILE, "a/.gitmore/two.json", document(2))], "a/.gitmore/two.json", "git keeps for itself"),
        ([(FILE, ".github/w/a.json", document(2)), (FILE, "a/.github/b.json", "{}")], "a/.github/b.json", "git keeps"),
        ([(FILE, "a/.GITmore/two.json", document(2))], "a/.GITmore/two.json", "git keeps for itself"),
        ([(FILE, "a/.g\u200cit-x/two.json", document(2))], "a/.g\ufffdit-x/two.json", "git keeps for itself"),
        ([(FILE, "a/git~7/two.json", document(2))], "a/git~7/two.json", "git keeps for itself"),
        ([(FILE, ".gitlab-ci.json", "{}")], ".gitlab-ci.json", "git keeps for itself"),
        ([(FILE, "large.json", "x" * (MAX_SEARCHED_BYTES + 1))], "large.json", "larger than 16777216 bytes"),
        ([*READABLE[:1], (FILE, "say.sh", "x" * 65537)], "say.sh", "larger than 65536 bytes"),
        ([(FILE, "a.json", document(2)), (FILE, "a.files/1", "x" * 131073)], "a.files/1", "larger than 131072"),
        ([(FILE, "Assemblies/a.json", document(2)), (FILE, "assemblies/b.json", document(3))], "assemblies/b.json", ""),
        ([(LINK, "Assemblies", "scripts")], "Assemblies", "symbolic link"),
    ],
)
def test_an_unsafe_tree_is_refused_whole(read: Any, entries: Any, path: str, reason: str) -> None:
    with pytest.raises(SyncRefused) as refused:
        read(GOOD, *entries)

    skipped = {one["path"]: one["reason"] for one in refused.value.detail["skipped"]}
    assert list(skipped) == [path]
    assert reason in skipped[path]
    assert refused.value.detail["reasons"] == [f"{path}: {skipped[path]}"]
    assert path in refused.value.message


def test_a_refusal_lists_every_fault(read: Any) -> None:
    with pytest.raises(SyncRefused, match="and 2 more") as refused:
        read(GOOD, *((LINK, f"{number}.json", "away") for number in range(7)))

    assert len(refused.value.detail["reasons"]) == 7


def test_other_files_are_passed_over(read: Any) -> None:
    assert read(
        GOOD,
        (FILE, ".gitignore", "*.pyc"),
        (FILE, ".gitattributes", "* -text"),
        (FILE, ".github/workflows/renovate.json", "{}"),
        (FILE, ".vscode/settings.json", "x" * 70000),
        (FILE, "README.md", "one"),
        (FILE, "readme.md", "two"),
        (FILE, "picture.png", b"\x89PNG" * 50000),
        (LINK, "docs/LICENSE", "../README.md"),
        (PROGRAM, "tools/check.sh", "exit 0\n"),
    ) == ["scripts/one.json"]


def test_json_of_other_programs_is_passed_over_however_large_and_a_large_document_is_skipped(
    repository: Repository, tmp_path: Path
) -> None:
    repository.commit_entries(
        GOOD,
        (FILE, "package-lock.json", json.dumps({"name": "x", "packages": {str(n): {} for n in range(20_000)}})),
        (FILE, "two.json", document(2, script="x" * 70_000)),
    )
    contents = git_source(repository.folder, tmp_path / "mirrors").read()
    assert [(one.path, one.is_broken) for one in contents.skipped] == [("package-lock.json", False), ("two.json", True)]


def test_the_usual_endings_of_scripts_are_guarded_like_the_written_ones(read: Any) -> None:
    entry = json.dumps({"assembly_guid": guid(2), "name": "Play", "type": "ansible"})
    assert read(GOOD, (FILE, "play.json", entry), (FILE, "play.YAML", "- hosts: all\n")) == [
        "play.json",
        "scripts/one.json",
    ]
    with pytest.raises(SyncRefused, match="symbolic link"):
        read(GOOD, (FILE, "play.json", entry), (LINK, "play.YAML", "/etc/passwd"))


def test_only_the_assemblies_folder_is_looked_at_where_there_is_one(read: Any) -> None:
    assert read(
        (FILE, "Assemblies/one.json", document(1)),
        (FILE, "package.json", "x" * 70000),
        (LINK, "latest", "/etc"),
        (SUBMODULE, "vendor", NO_COMMIT_OF_OURS),
    ) == ["one.json"]


def test_the_readable_style_and_programs_are_documents_like_others(read: Any) -> None:
    assert read(*READABLE, (PROGRAM, "two.json", document(3))) == ["say.json", "two.json"]


def test_a_name_that_is_no_printable_text_is_skipped(read: Any) -> None:
    names = read(GOOD, (FILE, "bad-\udcff.json", document(2)), (FILE, "line\nfeed.json", document(3)))

    assert names == ["scripts/one.json", "skipped bad-\ufffd.json", "skipped line\ufffdfeed.json"]


def test_what_stands_next_to_a_document_and_is_missing_is_that_documents_fault(read: Any) -> None:
    assert read(GOOD, *READABLE[:1]) == ["scripts/one.json", "skipped say.json"]
