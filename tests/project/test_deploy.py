"""The files under deploy/: read by the programs they are for, and naming nothing that there is not."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import load_command_class

from assemblies.agent import commands as agent
from borealis_assemblies.env import KNOWN_NAMES
from tests.doors.rules import command_names

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
# Of systemd's scale, on which 0 is closed and 10 is open. Scripts run as the worker may do more, and what maintains a
# device may do all that its administrator may.
MAX_EXPOSURE = {"borealis-worker.service": 75, "borealis-agent.service": 95}
MAX_EXPOSURE_OF_OTHERS = 20


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def run(*command: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def runnable(unit: Path, folder: Path) -> Path:
    """Return a copy that names a program and an account of this machine."""
    words = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text())
    copy = folder / unit.name
    copy.write_text(re.sub(r"(?m)^User=.*", "User=root", words))
    return copy


def command_of(service: Path) -> list[str]:
    line = next(line for line in service.read_text().splitlines() if line.startswith("ExecStart="))
    return shlex.split(line)[2:]


def assert_is_a_command(arguments: list[str]) -> None:
    name, *options = arguments
    assert name in command_names()
    load_command_class("assemblies", name).create_parser("manage.py", name).parse_args(options)


@needs("systemd-analyze")
def test_systemd_reads_every_unit_without_a_complaint(tmp_path: Path) -> None:
    verified = run("systemd-analyze", "verify", *(runnable(unit, tmp_path) for unit in UNITS))
    assert (verified.returncode, verified.stderr) == (0, "")

    broken = tmp_path / "broken.service"
    broken.write_text((tmp_path / "borealis.service").read_text().replace("Type=exec", "Type=ever"))
    assert "Failed to parse service type" in run("systemd-analyze", "verify", broken).stderr


@needs("systemd-analyze")
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_may_do_little_more_than_it_needs(service: Path, tmp_path: Path) -> None:
    copy = tmp_path / service.name
    copy.write_text(service.read_text())
    threshold = MAX_EXPOSURE.get(service.name, MAX_EXPOSURE_OF_OTHERS)
    scored = run("systemd-analyze", "security", "--offline=true", f"--threshold={threshold}", copy)
    assert scored.returncode == 0, scored.stdout[-200:] + scored.stderr


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_runs_a_command_that_there_is(service: Path) -> None:
    if service.name == "borealis-agent.service":
        agent.build_parser().parse_args(command_of(service))
    else:
        assert_is_a_command(command_of(service))


@needs("nginx")
@needs("openssl")
def test_nginx_takes_its_file(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ("-newkey", "rsa:2048", "-nodes", "-subj", "/CN=assemblies.example.org", "-keyout", key, "-out", certificate)
    assert run("openssl", "req", "-x509", *made).returncode == 0
    words = (DEPLOY / "proxy" / "nginx.conf").read_text()
    words = re.sub(r"(?m)ssl_certificate .*;", f"ssl_certificate {certificate};", words)
    words = re.sub(r"(?m)ssl_certificate_key .*;", f"ssl_certificate_key {key};", words)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\nhttp {{\n{words}\n}}\n")
    tested = run("nginx", "-t", "-c", whole, "-e", tmp_path / "error.log")
    assert (tested.returncode, "[warn]" in tested.stderr) == (0, False), tested.stderr


@needs("caddy")
def test_caddy_takes_its_file() -> None:
    validated = run("caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "proxy" / "Caddyfile")
    assert validated.returncode == 0, validated.stderr


def test_the_containers_are_a_whole_library() -> None:
    containers = DEPLOY / "containers"
    made = yaml.safe_load((containers / "compose.yml").read_text())
    services = made["services"]
    assert set(services) == {"prepare", "server", "flusher", "postgres", "objects", "bucket"}
    for name in ("prepare", "server", "flusher"):
        assert_is_a_command(services[name]["command"])
        assert (services[name]["read_only"], services[name]["cap_drop"]) == (True, ["ALL"])
    for name, service in services.items():
        wanted = set(service.get("depends_on", ()))
        named = {volume.split(":")[0] for volume in service.get("volumes", ()) if not volume.startswith(".")}
        assert (wanted - set(services), named - set(made["volumes"])) == (set(), set()), name

    urls = [url for name, url in services["server"]["environment"].items() if name.endswith("DATABASE_URL")]
    databases = re.findall(r"CREATE DATABASE (\w+);", (containers / "databases.sql").read_text())
    assert sorted(url.rpartition("/")[2] for url in urls) == sorted(databases)
    assert len(databases) == 5
    assert set(made["x-library"]["build"]) == {"context", "dockerfile"}
    assert (containers / made["x-library"]["build"]["context"]).resolve() == DEPLOY.parent


def test_every_setting_that_is_named_is_one() -> None:
    files = [file for file in DEPLOY.rglob("*") if file.is_file()]
    named = {name for file in files for name in re.findall(r"BOREALIS_[A-Z_]+", file.read_text())}
    assert named >= {"BOREALIS_SECRET_KEY", "BOREALIS_LOCAL_WORKER"}
    assert named - set(KNOWN_NAMES) == set()
