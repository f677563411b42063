"""Scripts that run as another account, where the worker is root."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import pytest

from assemblies.supervision import Content, Outcome
from assemblies.supervision.accounts import find_account
from assemblies.supervision.errors import AccountUnavailable
from tests.supervision.runs import bash, exited, run

ACCOUNT = "nobody"


@pytest.fixture
def as_root() -> Iterator[None]:
    if os.geteuid() != 0:
        pytest.skip("only root runs scripts as another account")
    if ACCOUNT not in {entry.pw_name for entry in pwd.getpwall()}:
        pytest.skip(f"this machine has no account {ACCOUNT}")
    yield


def test_a_script_runs_as_the_account_and_owns_its_directory(as_root: None) -> None:
    script = "id -un; id -u; id -G; echo $HOME $USER; stat -c %U . data script.sh $TMPDIR; touch mine; cat data"
    heard = exited(bash(script, account=ACCOUNT, files={"data": Content.of(b"attached")}))
    entry = pwd.getpwnam(ACCOUNT)
    groups = " ".join(map(str, os.getgrouplist(ACCOUNT, entry.pw_gid)))
    lines = heard.text().decode().splitlines()
    assert lines[:4] == [ACCOUNT, str(entry.pw_uid), groups, f"{entry.pw_dir} {ACCOUNT}"]
    assert lines[4:] == [ACCOUNT] * 4 + ["attached"]


def test_the_account_can_neither_end_the_supervisor_nor_read_what_it_has(as_root: None) -> None:
    script = "kill -9 $PPID; cat /proc/$PPID/environ; cat /proc/$PPID/mem; ls /root; echo still $?"
    heard = exited(bash(script, account=ACCOUNT))
    assert heard.result.exit_code == 0
    assert heard.text().startswith(b"still ")
    assert heard.text("stderr").count(b"ermi") >= 4, heard.text("stderr")


def test_processes_of_the_account_are_ended_like_any(as_root: None) -> None:
    heard = run(bash("(trap '' TERM; setsid sleep 600) & sleep 600", account=ACCOUNT, limits={"timeout_seconds": 0.5}))
    assert heard.result.outcome is Outcome.TIMED_OUT and heard.result.left == []


def test_an_account_that_is_not_there_starts_nothing(as_root: None) -> None:
    result = run(bash("true", account="no-such-account")).result
    assert (result.outcome, result.code) == (Outcome.NOT_STARTED, "account_unavailable")


def test_a_base_the_account_cannot_enter_starts_nothing(as_root: None, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    result = run(bash("true", account=ACCOUNT, base=tmp_path)).result
    assert (result.outcome, result.code) == (Outcome.NOT_STARTED, "account_unavailable")
    assert list(tmp_path.iterdir()) == []


def test_only_root_runs_as_another_account() -> None:
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(pwd.getpwnam(ACCOUNT).pw_uid)
    try:
        with pytest.raises(AccountUnavailable, match="Only root"):
            find_account("root")
    finally:
        os.seteuid(mine)
