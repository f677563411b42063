"""Requirement 13: no hostile address or ref starts a program, leaves a file, or is shown with its secret."""

import subprocess
from pathlib import Path

import pytest
from pytest_django import Settings

from assemblies.errors import SourceUnreadable
from assemblies.official.directory_source import DirectorySource
from assemblies.official.git.address import GitAddress, find_git_address
from assemblies.official.git.ref import read_ref
from assemblies.official.git.source import GitSource
from assemblies.official.open_source import open_source

SECRET = "hunter2-canary"  # what must never be shown
HOSTILE_PLACES = [
    "-",
    "--upload-pack=touch canary",
    "--upload-pack=touch${IFS}canary",
    "-oProxyCommand=touch canary",
    "-u./canary",
    "ext::sh -c touch% canary",
    "ext::sh",
    "fd::17",
    "fd::17/https://example.org/x",
    "file:///etc",
    "file://remote.example.org/share/x.git",
    "git://example.org/x.git",
    "ftp://example.org/x.git",
    "http://example.org/x.git",
    "transport::https://example.org/x.git",
    "ssh://-oProxyCommand=touch%20canary/x",
    "ssh://-oProxyCommand=touch canary/x",
    "ssh://%2doProxyCommand=x/x",
    "ssh://-l@example.org/x",
    "ssh://git:" + SECRET + "@example.org/x",
    "git@-oProxyCommand=touch:x",
    "-x@example.org:x",
    "git@example.org:-oProxyCommand=touch",
    "git@example.org:--upload-pack=touch",
    "a user@example.org:x",
    "(git)@example.org:x",
    f"https://vera:{SECRET}@example.org/x.git",
    f"https://{SECRET}@example.org/x.git",
    f"https://:{SECRET}@example.org/x.git",
    "https://169.254.169.254/latest/meta-data",
    "https://169.254.169.254./x",
    "https://2852039166/x",
    "https://0xa9fea9fe/x",
    "https://0251.0376.0251.0376/x",
    "https://169.254.43518/x",
    "https://[fd00:ec2::254]/x",
    "https://[fe80::1]/x",
    "https://[fe80::1%25eth0]/x",
    "https://[::ffff:169.254.169.254]/x",
    "https://[64:ff9b::a9fe:a9fe]/x",
    "https://[::]/x",
    "https://0.0.0.0/x",
    "https://224.0.0.1/x",
    "https://100.100.100.200/x",
    "https://metadata.google.internal/x",
    "ssh://git@169.254.169.254/x",
    "git@169.254.169.254:x",
    "git@[fe80::1]:x",
    "https:///x.git",
    "https://example.org:0/x",
    "https://example.org:/x",
    "https://example.org:99999/x",
    "https://example.org/x?upload-pack=1",
    "https://example.org/x#--upload-pack",
    "https://example.org/x%0aHost:%20y",
    "https://example.org/x%zz",
    "https://example.org/$(touch canary)",
    "https://example.org/`touch`",
    "https://example.org\\@evil.example/x",
    "https://ex\u0430mple.org/x",
    "https://example.org/x\nfoo",
    "https://[::1/x",
]
HOSTILE_REFS = [
    "",
    "-",
    "--upload-pack=touch canary",
    "-x",
    "--",
    "a..b",
    "main:refs/heads/x",
    "+main",
    "^main",
    "main~1",
    "main^{tree}",
    "main@{1}",
    "@",
    "a b",
    "a\tb",
    "a\nb",
    "a\0b",
    "refs/heads/*",
    "a?",
    "a[b]",
    "a\\b",
    "a//b",
    "/a",
    "a/",
    ".a",
    "a/.b",
    "a.",
    "a.lock",
    "a.lock/b",
    "$(touch canary)",
    "`touch`",
    "a;b",
    "a|b",
    "\u202emain",
    "x" * 201,
]


@pytest.fixture(autouse=True)
def no_program_may_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Everything here is judged from the name alone, in a folder that stays empty."""

    def refuse(*_arguments: object, **_more: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("place", HOSTILE_PLACES)
def test_a_hostile_address_starts_no_program_and_shows_no_secret(place: str, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        open_source(place)

    assert SECRET not in refused.value.message and SECRET not in str(refused.value.detail)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ref", HOSTILE_REFS)
def test_a_hostile_ref_is_refused(ref: str) -> None:
    with pytest.raises(SourceUnreadable, match="ref is not allowed"):
        read_ref(ref)


def test_a_hostile_ref_in_the_settings_is_refused(settings: Settings) -> None:
    settings.OFFICIAL_REF = "--upload-pack=x"
    with pytest.raises(SourceUnreadable, match="ref is not allowed"):
        open_source("https://example.org/x.git")


@pytest.mark.parametrize(
    ("place", "protocol"),
    [
        ("https://example.org/catalogue.git", "https"),
        ("HTTPS://example.org:8443/a%20b/_git/c", "https"),
        ("https://93.184.216.34/x", "https"),
        ("https://[2606:2800:220:1::1]/x", "https"),
        ("https://127.0.0.1:8443/x", "https"),
        ("http://127.0.0.1:8080/x", "http"),
        ("http://localhost/x", "http"),
        ("http://[::1]:8080/x", "http"),
        ("ssh://git@example.org:2222/~/catalogue.git", "ssh"),
        ("git@example.org:team/catalogue.git", "ssh"),
        ("example.org:catalogue.git", "ssh"),
    ],
)
def test_an_ordinary_address_is_allowed(place: str, protocol: str) -> None:
    url = place.replace("HTTPS", "https")
    assert find_git_address(place) == GitAddress(url=url, protocol=protocol)
    source = open_source(place, "release/2.1")
    assert isinstance(source, GitSource) and source.place == place and source.ref.name == "release/2.1"


@pytest.mark.parametrize("ref", ["main", "release/2.1", "v1.0-rc.1", "feature/#12_x", "a" * 40, "refs/tags/v1", "HEAD"])
def test_an_ordinary_ref_is_allowed(ref: str) -> None:
    assert read_ref(f" {ref} ").name == ref


def test_a_folder_is_a_repository_when_git_would_say_so(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "checkout" / ".git").mkdir(parents=True)
    for part in ("objects", "refs"):
        (tmp_path / "bare" / part).mkdir(parents=True)
    (tmp_path / "bare" / "HEAD").write_text("ref: refs/heads/main\n")

    assert isinstance(open_source(str(tmp_path / "plain")), DirectorySource)
    assert isinstance(open_source(str(tmp_path / "absent")), DirectorySource)
    assert find_git_address("checkout") == GitAddress(url=str(tmp_path / "checkout"), protocol="file")
    assert find_git_address(str(tmp_path / "bare")) == GitAddress(url=str(tmp_path / "bare"), protocol="file")


def test_a_folder_whose_name_looks_like_an_address_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "host:path" / ".git").mkdir(parents=True)

    assert find_git_address("host:path") == GitAddress(url=str(tmp_path / "host:path"), protocol="file")


def test_a_repository_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)

    with pytest.raises(SourceUnreadable, match="another user"):
        find_git_address(str(tmp_path))


def test_settings_reach_the_source(settings: Settings, tmp_path: Path) -> None:
    settings.RUNTIME_ROOT = tmp_path
    settings.OFFICIAL_SOURCE = "https://example.org/x.git"
    settings.OFFICIAL_MAX_AGE_DAYS = 30
    source = open_source()

    assert isinstance(source, GitSource)
    assert source.max_age is not None and source.max_age.days == 30
    assert source.mirrors == tmp_path / "official-git"
    assert source.keys == ()
