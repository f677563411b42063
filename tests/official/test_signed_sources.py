"""Pinned keys: signed commits, tags and manifests are taken, all other sources refused (requirement 15)."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from assemblies.errors import SyncRefused
from assemblies.official.open_source import open_source
from tests.official.git.git_repository import Repository, Signer, git_source, needs_git, signed_commit, signed_tag
from tests.official.published_folder import guid, publish, publish_many

needs_ssh_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed here")
SIGNER = Signer(1)
ANOTHER = Signer(2)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    publish_many(made.folder, 2)
    made.commit("Zwei Nummern\n\nMit einem Körper.")
    return made


@pytest.fixture
def read(repository: Repository, tmp_path: Path) -> Any:
    def read_signed(ref: str = "main", signer: Signer = SIGNER) -> int:
        source = git_source(repository.folder, tmp_path / "mirrors", ref, keys=signer.keys())
        return len(source.read().documents)

    return read_signed


def sign_commit(repository: Repository, signer: Signer = SIGNER) -> str:
    raw = repository.read_object("commit", "HEAD")
    return repository.point_main_to(repository.write_object("commit", signed_commit(raw, signer)))


def sign_tag(repository: Repository, name: str, signer: Signer = SIGNER) -> bytes:
    repository.git("tag", "-a", "-m", "A release", name)
    raw = signed_tag(repository.read_object("tag", name), signer)
    repository.git("update-ref", f"refs/tags/{name}", repository.write_object("tag", raw))
    return raw


def write_manifest(folder: Path, signer: Signer = SIGNER, **more: Any) -> None:
    names = sorted(file for file in folder.rglob("*") if file.is_file() and ".git" not in file.parts)
    lines = [
        f"{hashlib.sha256(name.read_bytes()).hexdigest()}  {name.relative_to(folder).as_posix()}\n"
        for name in names
        if not name.name.startswith("MANIFEST")
    ]
    manifest = "".join(lines).encode()
    (folder / "MANIFEST").write_bytes(manifest)
    (folder / "MANIFEST.minisig").write_bytes(signer.minisign(manifest, **more))


@needs_git
def test_without_keys_nothing_need_be_signed_and_with_keys_something_must(
    repository: Repository, read: Any, tmp_path: Path
) -> None:
    assert len(git_source(repository.folder, tmp_path / "mirrors").read().documents) == 2
    with pytest.raises(SyncRefused, match="not signed by a pinned key") as refused:
        read()
    assert refused.value.detail == {"reasons": ["The source is not signed by a pinned key."], "skipped": []}


@needs_git
def test_a_commit_signed_by_a_pinned_key_is_taken_and_by_another_refused(repository: Repository, read: Any) -> None:
    commit = sign_commit(repository)

    assert read() == read(commit) == 2
    with pytest.raises(SyncRefused):
        read(signer=ANOTHER)
    publish(repository.folder, 3)
    repository.commit()
    with pytest.raises(SyncRefused):
        read()


@needs_git
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Zwei", b"Drei"),
        (b"author Vera", b"author Vero"),
        (b"\ngpgsig ", b"\ngpgsig-sha256 "),
        (b"-----BEGIN SSH", b"-----BEGIN PGP"),
        (b"-----END SSH", b"-----END PGP"),
        (b"\n U1NIU0lH", b"\n U1NIU0lI"),
    ],
)
def test_a_signed_commit_that_was_altered_is_refused(repository: Repository, read: Any, old: bytes, new: bytes) -> None:
    raw = signed_commit(repository.read_object("commit", "HEAD"), SIGNER)
    assert raw.count(old) == 1
    repository.point_main_to(repository.write_object("commit", raw.replace(old, new)))

    with pytest.raises(SyncRefused):
        read()


@needs_git
def test_a_commit_with_two_signatures_is_refused(repository: Repository, read: Any) -> None:
    raw = signed_commit(signed_commit(repository.read_object("commit", "HEAD"), SIGNER), SIGNER)
    repository.point_main_to(repository.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw))

    with pytest.raises(SyncRefused):
        read()


@needs_git
def test_a_signed_tag_is_taken_under_its_own_name_only(repository: Repository, read: Any) -> None:
    sign_tag(repository, "v1")
    sign_tag(repository, "strange", ANOTHER)
    repository.git("tag", "-a", "-m", "unsigned", "plain")
    repository.git("update-ref", "refs/tags/v2", repository.git("rev-parse", "refs/tags/v1"))

    assert read("v1") == read("refs/tags/v1") == read(repository.git("rev-parse", "refs/tags/v1")) == 2
    for ref in ("v2", "strange", "plain", "main"):
        with pytest.raises(SyncRefused):
            read(ref)


@needs_git
def test_a_signed_tag_that_was_moved_or_altered_is_refused(repository: Repository, read: Any) -> None:
    raw = sign_tag(repository, "v1")
    old = repository.git("rev-parse", "HEAD")
    publish(repository.folder, 3)
    new = repository.commit()
    altered = repository.write_object("tag", raw.replace(old.encode(), new.encode()))
    repository.git("update-ref", "refs/tags/v1", altered)

    with pytest.raises(SyncRefused):
        read("v1")


@needs_git
@needs_ssh_keygen
def test_what_git_and_ssh_keygen_sign_is_taken_and_they_take_what_we_sign(
    repository: Repository, read: Any, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_bytes(SIGNER.private_file())
    key.chmod(0o600)
    key.with_name("key.pub").write_text(f"{SIGNER.ssh_public} vera\n")
    (tmp_path / "allowed").write_text(f"vera@example.org {SIGNER.ssh_public}\n")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingKey", str(key)),
        ("gpg.ssh.allowedSignersFile", str(tmp_path / "allowed")),
    ):
        repository.git("config", name, value)
    publish(repository.folder, 3)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "-S", "-m", "Signed by git ä")
    repository.git("tag", "-s", "-m", "Signed by git", "v1")

    assert read() == read("v1") == 3
    publish(repository.folder, 4)
    repository.commit()
    sign_tag(repository, "v2")
    repository.git("verify-tag", "v2")
    repository.git("verify-commit", sign_commit(repository))


@needs_git
@pytest.mark.parametrize("prehashed", [True, False])
def test_a_signed_manifest_vouches_for_the_documents(repository: Repository, read: Any, prehashed: bool) -> None:
    write_manifest(repository.folder, prehashed=prehashed)
    repository.commit()

    assert read() == 2
    with pytest.raises(SyncRefused, match="not signed"):
        read(signer=ANOTHER)


@needs_git
def test_documents_unlike_the_signed_manifest_refuse_the_sync(repository: Repository, read: Any) -> None:
    write_manifest(repository.folder)
    publish(repository.folder, 1, script="echo evil\n")
    publish(repository.folder, 3)
    (repository.folder / "scripts/linux/number-2.json").unlink()
    repository.commit()

    with pytest.raises(SyncRefused, match="not those that were signed") as refused:
        read()

    assert {one["path"].rpartition("/")[2]: one["reason"] for one in refused.value.detail["skipped"]} == {
        "number-1.json": "is not what the signed manifest says",
        "number-2.json": "is in the signed manifest and not there",
        "number-3.json": "is not in the signed manifest",
    }


@needs_git
@pytest.mark.parametrize("large", [True, False])
def test_a_manifest_that_is_a_link_or_too_large_vouches_for_nothing(
    repository: Repository, read: Any, large: bool
) -> None:
    write_manifest(repository.folder)
    signature = repository.folder / "MANIFEST.minisig"
    if large:
        signature.write_bytes(signature.read_bytes() + b" " * 5000)
    else:
        signature.rename(repository.folder / "elsewhere")
        signature.symlink_to("elsewhere")
    repository.commit()

    with pytest.raises(SyncRefused, match="not signed"):
        read()


def test_a_folder_is_held_to_the_pinned_keys_too(tmp_path: Path, settings: Settings) -> None:
    settings.OFFICIAL_SIGNING_KEYS = [SIGNER.minisign_public]
    file = publish(tmp_path, 1, path="say.json", script=None)
    (tmp_path / "say.sh").write_text("echo 1\n")
    source = open_source(str(tmp_path))
    with pytest.raises(SyncRefused, match="not signed"):
        source.read()

    write_manifest(tmp_path)
    assert [document.guid for document in source.read().documents] == [guid(1)]
    (tmp_path / "say.sh").write_text("echo 2\n")
    with pytest.raises(SyncRefused, match=r"say\.sh is not what"):
        source.read()
    (tmp_path / "say.sh").unlink()
    with pytest.raises(SyncRefused, match=r"say\.sh is in the signed manifest and not there"):
        source.read()
    (tmp_path / "MANIFEST").write_bytes((tmp_path / "MANIFEST").read_bytes() + b"\n")
    with pytest.raises(SyncRefused, match="not signed"):
        source.read()
    assert file.exists()
