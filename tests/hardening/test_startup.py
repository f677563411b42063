"""No server starts with settings that are not safe: whichever way it is started, it says why and exits."""

from pathlib import Path

import pytest

from borealis_assemblies import startup
from tests.project.processes import run_python

SERVERS = {
    "wsgi": ("-c", "import borealis_assemblies.wsgi"),
    "asgi": ("-c", "import borealis_assemblies.asgi"),
    "serve": ("manage.py", "serve", "--no-sync", "--port", "1"),
}
every_server = pytest.mark.parametrize("server", SERVERS)
UNSAFE = {
    "placeholder": {"SECRET_KEY": "change-me"},
    "shorter than 50": {"SECRET_KEY": "x" * 49},
    "assemblies.E003": {"ALLOWED_HOSTS": "*"},
    "assemblies.E004": {"CORS_ALLOWED_ORIGINS": "*"},
    "assemblies.E005": {"DEBUG": "true"},
}


@every_server
@pytest.mark.parametrize("word", UNSAFE)
def test_it_says_why_and_exits(tmp_path: Path, server: str, word: str) -> None:
    measured = server != "serve"
    done = run_python(*SERVERS[server], runtime_root=tmp_path, names=UNSAFE[word], measured=measured)
    assert done.returncode != 0
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "engine.db").exists()


MOUNTED = """
import sys
from pathlib import Path
import borealis_assemblies
from assemblies import checks
checks.file_system_of.__defaults__ = (Path(sys.argv[1]),)
import borealis_assemblies.wsgi
"""


@pytest.mark.parametrize(("kind", "code"), [("ext4", 0), ("nfs4", 1)])
def test_a_network_file_system_is_refused(tmp_path: Path, kind: str, code: int) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/share {tmp_path} {kind} rw 0 0\n")
    done = run_python("-c", MOUNTED, str(mounts), runtime_root=tmp_path, measured=True)
    assert done.returncode == code, done.stderr
    assert ("assemblies.E007" in done.stderr) is bool(code)


@pytest.mark.django_db(transaction=True)
def test_a_warning_is_logged_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from django.core.checks import Warning as Caution

    monkeypatch.setattr(startup, "run_checks", lambda tags: [Caution("Mind the gap.", id="tests.W001")])
    assert startup.checked(lambda: "application") == "application"
    assert "Mind the gap." in caplog.text
