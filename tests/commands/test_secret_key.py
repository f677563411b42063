"""A node with another secret key does not start, whichever way it is started, until the key is adopted."""

from pathlib import Path

import pytest

from tests.commands.deployment import Deployment, Prepared

OTHER_KEY = "another " * 10
STARTS = {
    "serve": ("manage.py", "serve", "--no-sync"),
    "serve, prepared elsewhere": ("manage.py", "serve", "--no-sync"),
    "another server": ("-c", "import borealis_assemblies.wsgi"),
    "create_token": ("manage.py", "create_token", "admin"),
}


@pytest.fixture
def node(prepared: Prepared, tmp_path: Path) -> Deployment:
    """A node over a library that was prepared under another key."""
    deployment = Deployment.of(prepared, tmp_path / "root")
    return Deployment(deployment.root, BOREALIS_SECRET_KEY=OTHER_KEY)


def test_another_key_is_refused_with_instructions_until_it_is_adopted(node: Deployment) -> None:
    for start, arguments in STARTS.items():
        node.environment["BOREALIS_ENGINE_AUTO_MIGRATE"] = "false" if "elsewhere" in start else "true"
        process = node.start_python(*arguments)
        stdout, stderr = process.communicate()
        assert process.returncode == 1, start
        assert "prepare --adopt-secret-key" in stderr, start
        assert "Traceback" not in stderr, stderr
        assert ("The library is open" in stdout, OTHER_KEY.strip() in stderr) == (False, False)
    assert "up to date" in node.answer("prepare", "--adopt-secret-key")
    assert node.answer("create_token", "admin")


def test_a_library_restored_without_its_key_says_so(prepared: Prepared, tmp_path: Path) -> None:
    first = Deployment.of(prepared, tmp_path / "root")
    first.answer("mirror_domains", str(tmp_path / "mirrors"))
    node = Deployment(tmp_path / "new", BOREALIS_SECRET_KEY=OTHER_KEY)
    assert "prepare --adopt-secret-key" in node.answer("restore_domains", str(tmp_path / "mirrors"))
    assert node.run("prepare").returncode == 1
