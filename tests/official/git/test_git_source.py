"""A git repository as the official source."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from assemblies.documents import write_tree
from assemblies.errors import SourceUnreadable, SyncRefused
from assemblies.official.source import SourceContents
from tests.documents_made import script
from tests.official.git.git_repository import MADE_AT, Repository, git_source, needs_git
from tests.official.published_folder import guid, publish, publish_many, read_again

pytestmark = needs_git


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    publish_many(made.folder, 2)
    made.commit()
    return made


def paths(contents: SourceContents) -> dict[str, str]:
    return {document.guid: document.path for document in contents.documents}


def test_the_commit_at_the_ref_is_read_and_the_work_tree_is_not(repository: Repository, tmp_path: Path) -> None:
    commit = repository.git("rev-parse", "HEAD")
    publish(repository.folder, 1, script="echo edited, never committed\n")
    publish(repository.folder, 3)
    repository.git("add", "--all")

    contents = git_source(repository.folder, tmp_path / "mirrors").read()

    assert contents.version == f"git:{commit}"
    assert contents.published_at == MADE_AT
    assert contents.notes == () and contents.skipped == []
    assert paths(contents) == {guid(number): f"scripts/linux/number-{number}.json" for number in (1, 2)}
    assert read_again(contents.documents[0]).payload == b"echo 1\n"


def test_no_work_tree_is_ever_made(repository: Repository, tmp_path: Path) -> None:
    git_source(repository.folder, tmp_path / "mirrors").read()

    assert not list((tmp_path / "mirrors").rglob("*.json"))
    assert not list((tmp_path / "mirrors").rglob("hooks"))


def test_a_bare_repository_is_read(repository: Repository, tmp_path: Path) -> None:
    bare = Repository(tmp_path / "bare.git", bare=True)
    repository.git("push", "--quiet", str(bare.folder), "main")

    assert len(git_source(bare.folder, tmp_path / "mirrors").read().documents) == 2


def test_a_linked_work_tree_is_read_as_its_repository(repository: Repository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "linked")

    assert len(git_source(tmp_path / "linked", tmp_path / "mirrors").read().documents) == 2


@pytest.mark.parametrize("ref", ["release/2.1", "v1", "annotated", "refs/tags/v1", "HEAD", "refs/heads/release/2.1"])
def test_any_ref_can_be_read(repository: Repository, tmp_path: Path, ref: str) -> None:
    wanted = repository.git("rev-parse", "HEAD")
    repository.git("tag", "v1")
    repository.git("tag", "-a", "-m", "noted", "annotated")
    repository.git("checkout", "--quiet", "-b", "release/2.1")
    repository.git("branch", "--quiet", "-D", "main")

    contents = git_source(repository.folder, tmp_path / "mirrors", ref).read()

    assert contents.version == f"git:{wanted}"


def test_a_commit_in_the_history_can_be_read_by_its_id(repository: Repository, tmp_path: Path) -> None:
    old = repository.git("rev-parse", "HEAD")
    publish(repository.folder, 3)
    repository.commit()

    assert git_source(repository.folder, tmp_path / "fresh", old).read().version == f"git:{old}"
    assert len(git_source(repository.folder, tmp_path / "mirrors").read().documents) == 3
    shutil.rmtree(repository.folder / ".git" / "objects")
    again = git_source(repository.folder, tmp_path / "mirrors", old.upper()).read()
    assert len(again.documents) == 2 and again.notes == ()


def test_a_branch_wins_over_a_tag_of_its_name(repository: Repository, tmp_path: Path) -> None:
    repository.git("tag", "main")
    publish(repository.folder, 3)
    newest = repository.commit()

    assert git_source(repository.folder, tmp_path / "mirrors").read().version == f"git:{newest}"


@pytest.mark.parametrize(("ref", "words"), [("absent", "no branch or tag absent"), ("0123abc", "commit id in full")])
def test_a_ref_that_is_not_there_is_unreadable(repository: Repository, tmp_path: Path, ref: str, words: str) -> None:
    with pytest.raises(SourceUnreadable, match=words):
        git_source(repository.folder, tmp_path / "mirrors", ref).read()


def test_a_commit_that_is_not_there_is_unreadable(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="could not be fetched"):
        git_source(repository.folder, tmp_path / "mirrors", "0" * 39 + "1").read()


def test_a_tag_of_a_tree_and_a_blob_are_no_catalogue(repository: Repository, tmp_path: Path) -> None:
    repository.git("tag", "-a", "-m", "a tree", "tree", "HEAD^{tree}")
    repository.git("update-ref", "refs/tags/blob", repository.blob("nothing"))

    with pytest.raises(SourceUnreadable, match="something else than a commit"):
        git_source(repository.folder, tmp_path / "mirrors", "tree").read()
    with pytest.raises(SourceUnreadable, match="no commit"):
        git_source(repository.folder, tmp_path / "mirrors", "blob").read()


def test_every_commit_is_read_as_it_is_published(repository: Repository, tmp_path: Path) -> None:
    source = git_source(repository.folder, tmp_path / "mirrors")
    source.read()
    repository.git("mv", "scripts/linux/number-1.json", "scripts/linux/Number-1.json")
    (repository.folder / "scripts/linux/number-2.json").unlink()
    publish(repository.folder, 3, path="new/three.json", assembly_guid=guid(3).upper())
    (repository.folder / "broken.json").write_text("{")
    repository.commit()

    contents = source.read()

    assert paths(contents) == {guid(1): "scripts/linux/Number-1.json", guid(3): "new/three.json"}
    assert [one.path for one in contents.skipped] == ["broken.json"]


def test_the_readable_style_and_the_assemblies_folder_are_read(repository: Repository, tmp_path: Path) -> None:
    document = script(guid=guid(7), payload=b"echo \xff\n")
    for name, content in write_tree(document, "linux/say").items():
        file = repository.folder / "Assemblies" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (repository.folder / "Assemblies" / "README.md").write_text("no document")
    (repository.folder / ".gitattributes").write_text("*.sh text eol=crlf\n")
    repository.commit()

    [read] = git_source(repository.folder, tmp_path / "mirrors").read().documents

    assert read.path == "linux/say.json"
    assert read_again(read) == document


def test_a_document_without_its_script_is_skipped(repository: Repository, tmp_path: Path) -> None:
    (repository.folder / "say.json").write_bytes(write_tree(script(guid=guid(7)), "say")["say.json"])
    repository.commit()

    contents = git_source(repository.folder, tmp_path / "mirrors").read()

    assert [one.path for one in contents.skipped] == ["say.json"]


def test_the_last_good_content_is_read_while_the_source_is_away(repository: Repository, tmp_path: Path) -> None:
    source = git_source(repository.folder, tmp_path / "mirrors")
    before = source.read()
    (repository.folder / ".git").rename(tmp_path / "away")
    (repository.folder / ".git").mkdir()

    contents = source.read()

    assert contents.documents == before.documents and contents.version == before.version
    [note] = contents.notes
    assert "cannot be reached" in note and "2026-03-01" in note and before.version[4:] in note
    assert str(tmp_path / "mirrors") not in note


def test_a_source_that_was_never_reached_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "empty" / ".git").mkdir(parents=True)

    with pytest.raises(SourceUnreadable, match="cannot be reached"):
        git_source(tmp_path / "empty", tmp_path / "mirrors").read()


def test_a_branch_that_was_deleted_is_not_read_from_memory(repository: Repository, tmp_path: Path) -> None:
    source = git_source(repository.folder, tmp_path / "mirrors")
    source.read()
    repository.git("branch", "--quiet", "-m", "main", "trunk")

    with pytest.raises(SourceUnreadable, match="no branch or tag main"):
        source.read()


def test_a_rewritten_history_is_read_and_known_as_no_descendant(repository: Repository, tmp_path: Path) -> None:
    source = git_source(repository.folder, tmp_path / "mirrors")
    first = source.read().version
    publish(repository.folder, 3)
    repository.commit()
    second = source.read().version
    repository.git("commit", "--quiet", "--amend", "-m", "rewritten")
    rewritten = source.read().version

    assert source.is_descendant(second, of=first)
    assert source.is_descendant(second, of=second)
    assert source.is_descendant(rewritten, of=first)
    assert not source.is_descendant(first, of=second)
    assert not source.is_descendant(rewritten, of=second)
    assert not source.is_descendant(rewritten, of="git:" + "1" * 40)
    assert not source.is_descendant(rewritten, of="dir:0123456789ab")
    assert not source.is_descendant(rewritten, of="--all")
    assert source.follows(second, first) is True and source.follows(rewritten, second) is False
    assert source.follows(second, "dir:0123456789ab") is source.follows("db:0", second) is None


def test_a_shallow_clone_is_read_and_says_what_it_cannot_tell(repository: Repository, tmp_path: Path) -> None:
    first = repository.git("rev-parse", "HEAD")
    publish(repository.folder, 3)
    repository.commit()
    clone = tmp_path / "clone"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(clone))
    source = git_source(clone, tmp_path / "mirrors")
    version = source.read().version
    assert len(source.read().documents) == 3
    with pytest.raises(SyncRefused, match="git fetch --unshallow") as refused:
        source.follows(version, f"git:{first}")
    assert refused.value.detail["may_allow"] == ["allow_rollback"]

    publish(repository.folder, 4)
    repository.commit()
    Repository(clone).git("fetch", "--quiet", "--depth=1")
    Repository(clone).git("reset", "--quiet", "--hard", "origin/main")
    later = source.read()
    assert len(later.documents) == 4
    Repository(clone).git("fetch", "--quiet", "--unshallow")
    assert source.read().version == later.version
    assert source.follows(later.version, version) is True and source.follows(version, f"git:{first}") is True


def test_a_commit_older_than_allowed_or_from_the_future_is_refused(repository: Repository, tmp_path: Path) -> None:
    def source_at(days: float) -> SourceContents:
        now = MADE_AT + timedelta(days=days)
        source = git_source(repository.folder, tmp_path / "mirrors", max_age=timedelta(days=30), now=lambda: now)
        return source.read()

    assert source_at(30).documents and source_at(-0.9).documents
    with pytest.raises(SyncRefused, match="31 days old; at most 30") as refused:
        source_at(31)
    assert refused.value.detail["skipped"] == [] and len(refused.value.detail["reasons"]) == 1
    with pytest.raises(SyncRefused, match="future"):
        source_at(-2)


def test_a_mirror_left_half_made_or_locked_is_repaired(repository: Repository, tmp_path: Path) -> None:
    source = git_source(repository.folder, tmp_path / "mirrors")
    source.read()
    [mirror] = [folder for folder in (tmp_path / "mirrors").iterdir() if folder.is_dir()]
    [ref] = [file for file in (mirror / "refs").rglob("*") if file.is_file()]
    ref.with_name(f"{ref.name}.lock").touch()
    (mirror / "objects" / "pack" / "tmp_pack_left").write_bytes(b"half")
    publish(repository.folder, 3)
    repository.commit()

    assert len(source.read().documents) == 3
    assert not (mirror / "objects" / "pack" / "tmp_pack_left").exists()
    (mirror / "HEAD").unlink()
    assert len(source.read().documents) == 3


def test_a_damaged_mirror_is_no_content_and_is_repaired_when_it_is_removed(
    repository: Repository, tmp_path: Path
) -> None:
    source = git_source(repository.folder, tmp_path / "mirrors")
    source.read()
    for file in (tmp_path / "mirrors").rglob("*.pack"):
        file.chmod(0o600)
        file.write_bytes(b"damaged")

    with pytest.raises(SourceUnreadable, match=r"damaged: the folder official-git .* may be removed"):
        source.read()
    shutil.rmtree(tmp_path / "mirrors")
    assert len(source.read().documents) == 2


def test_a_commit_of_no_believable_time_is_unreadable(repository: Repository, tmp_path: Path) -> None:
    raw = repository.read_object("commit", "HEAD").replace(b" 1772366400 ", b" 999999999999 ")
    repository.point_main_to(repository.write_object("commit", raw))

    with pytest.raises(SourceUnreadable, match="no time that can be read"):
        git_source(repository.folder, tmp_path / "mirrors").read()
