"""`serve --demo` for real: a library of its own, full, and gone afterwards; the one next to it as it was."""

import re
from pathlib import Path

import pytest

from tests.commands.deployment import Deployment, Prepared, RunningServer


@pytest.fixture
def deployment(prepared: Prepared, tmp_path: Path) -> Deployment:
    (tmp_path / "temporary").mkdir()
    return Deployment.of(prepared, tmp_path / "var", TMPDIR=str(tmp_path / "temporary"))


@pytest.mark.long
def test_it_serves_forty_assemblies_and_leaves_nothing_behind(deployment: Deployment) -> None:
    before = deployment.state()
    with RunningServer(deployment, deployment.start("serve", "--demo")) as server:
        server.wait_until_it_answers(seconds=60)
        (root,) = temporary(deployment).iterdir()
        said = said_so_far(server)
        with server.client() as client:
            _status, tokens = client.ask("POST", "/api/auth/login", {"username": "vera", "password": said["vera"]})
        with server.client(tokens["token"]) as client:
            status, listed = client.ask("GET", "/api/assemblies")
        assert (status, listed["count"], listed["queue"]["pending"]) == (200, 40, 4)
        assert said["root"] == str(root)
        code, _seconds = server.end()
    assert code == 0
    assert list(temporary(deployment).iterdir()) == []
    assert deployment.state() == before


def test_a_library_in_use_is_never_filled_even_where_somebody_marks_it(deployment: Deployment) -> None:
    (deployment.root / "demonstration").touch()
    before = deployment.state()
    done = deployment.run("serve", "--demo")
    assert done.returncode == 2
    assert "in use" in done.stderr
    assert deployment.state() == before


def temporary(deployment: Deployment) -> Path:
    return Path(deployment.environment["TMPDIR"])


def said_so_far(server: RunningServer) -> dict[str, str]:
    """Return the passwords by the names, and the runtime root, as they were printed."""
    said = {}
    assert server.process.stdout is not None
    for line in server.process.stdout:
        if place := re.match(r"A demonstration in (\S+), ", line):
            said["root"] = place[1]
        if account := re.match(r"  (\w+) +\w+ +(\S+)$", line):
            said[account[1]] = account[2]
        if "The library is open" in line:
            break
    return said
