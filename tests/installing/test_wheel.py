"""One wheel is the whole library: built from the checkout, served from an empty folder, nothing written next to it."""

import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import Parser
from itertools import takewhile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import borealis_assemblies
from tests.commands.deployment import ADMIN_PASSWORD, free_port
from tests.commands.http_client import HttpClient
from tests.installing.lock import PROJECT, locked

PACKAGES = ("assemblies/", "borealis_assemblies/", "devmode/")
# `make torture` fills it; without it there is nothing to install from while no registry is asked.
WHEELHOUSE = Path(sys.prefix, "wheelhouse")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the pinned back end and without a registry."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(folder), str(PROJECT))
    (built,) = folder.iterdir()
    return built


def pip(*arguments: str, python: str | Path = sys.executable) -> None:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr


def test_the_wheel_has_every_file_of_the_packages_and_the_templates(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = {
        f"borealis_assemblies/{name}" if name.startswith("templates/") else name
        for name in listed.stdout.splitlines()
        if name.startswith((*PACKAGES, "templates/")) and not name.endswith(".po")
    }
    expected.remove("borealis_assemblies/wheel_metadata.py")
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert found == expected
    assert {name.rpartition(".")[2] for name in found} >= {"html", "css", "js", "mo", "ps1", "yml", "json"}


def test_the_wheel_requires_exactly_what_the_locks_pin(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    required = {Requirement(line) for line in metadata.get_all("Requires-Dist", [])}
    pinned = {pin.requirement for pin in locked("requirements")}
    assert {requirement for requirement in required if "extra ==" not in str(requirement)} == pinned
    scaled = {requirement for requirement in required if "extra == 'scale'" in str(requirement).replace('"', "'")}
    assert {str(requirement.specifier) + requirement.name for requirement in scaled} == {
        str(pin.requirement.specifier) + pin.name for pin in locked("requirements-scale")
    }


def test_the_version_is_written_once_and_has_a_section_in_the_changelog(wheel: Path) -> None:
    version = borealis_assemblies.__version__
    assert wheel.name == f"borealis_assemblies-{version}-py3-none-any.whl"
    assert re.search(rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$", (PROJECT / "CHANGELOG.md").read_text(), re.M)


def test_the_pinned_back_end_is_the_one_that_the_gate_installs() -> None:
    (required,) = re.findall(r'^requires = \["(.+)"\]$', (PROJECT / "pyproject.toml").read_text(), re.M)
    assert Requirement(required) in {pin.requirement for pin in locked("requirements-dev")}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an empty environment that the wheel was installed into, from prepared wheels alone."""
    if not WHEELHOUSE.is_dir():
        pytest.skip("no wheels are prepared to install from: `make wheelhouse`")
    environment = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    pip("install", "--no-index", "--find-links", str(WHEELHOUSE), str(wheel), python=programs / "python")
    pip("check", python=programs / "python")
    return programs


@contextmanager
def served(installed: Path, folder: Path) -> Iterator[tuple["subprocess.Popen[str]", HttpClient]]:
    """The library served by its console command in an empty folder, with nothing said but port and password."""
    port = free_port()
    said = {"BOREALIS_PORT": str(port), "BOREALIS_ADMIN_PASSWORD": ADMIN_PASSWORD, "HOME": str(folder)}
    server = subprocess.Popen(
        [str(installed / "borealis-assemblies"), "serve"],
        cwd=folder,
        # What is imported for the first time would else be compiled: written by Python, but written.
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"} | said,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server, HttpClient("127.0.0.1", port) as client:
        try:
            yield server, client
        finally:
            server.kill()


def lines_until_open(server: "subprocess.Popen[str]") -> list[str]:
    assert server.stdout is not None
    lines = list(takewhile(lambda line: "The library is open" not in line, server.stdout))
    assert server.poll() is None, lines
    return lines


def times_of_files(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.slow
def test_the_wheel_serves_from_an_empty_folder_and_writes_nothing_where_it_is_installed(
    installed: Path, tmp_path: Path
) -> None:
    before = times_of_files(installed.parent)
    with served(installed, tmp_path) as (server, client):
        assert f"Data are kept in {tmp_path / 'var'}\n" in lines_until_open(server)

        status, answer = client.ask("POST", "/api/auth/login", {"username": "admin", "password": ADMIN_PASSWORD})
        assert status == 200
        client.headers["Authorization"] = f"Token {answer['token']}"
        status, answer = client.ask("GET", "/api/assemblies?domain=official")
        assert (status, answer["count"]) == (200, 32)

        client.headers["Accept-Language"] = "de"
        status, page = client.ask("GET", "/admin/login/")
        assert status == 200
        assert "Anmelden" in page.decode()
        styles = re.findall(r'href="(/static/[^"]+\.css)"', page.decode())
        assert styles
        assert {client.ask("GET", style)[0] for style in styles} == {200}

        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=20) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"var"}
    assert (tmp_path / "var" / "engine.db").exists()
    assert times_of_files(installed.parent) == before


@pytest.mark.slow
def test_a_service_without_a_folder_of_its_own_does_not_take_the_machines(installed: Path) -> None:
    done = subprocess.run(
        [str(installed / "borealis-assemblies"), "check"],
        cwd=Path(installed.anchor),
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "run the command in a folder of its own, or set BOREALIS_ROOT" in done.stderr
