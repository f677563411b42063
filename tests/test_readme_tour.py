"""The README's tour is true: its lines run, as they stand there, against a served library."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.deployment import ADMIN_PASSWORD, PROJECT, Deployment


def tour() -> str:
    text = (PROJECT / "README.md").read_text()
    return text.partition("<!-- tour:")[2].partition("```sh\n")[2].partition("```")[0]


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="the tour needs curl and bash")
def test_every_line_of_the_tour_runs(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path / "var")
    deployment.answer("prepare")
    deployment.answer("sync_official", "--json")
    with deployment.serve() as server:
        server.wait_until_it_answers()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", tour()],
            env=os.environ | {"BASE": f"http://127.0.0.1:{deployment.port}", "PASSWORD": ADMIN_PASSWORD},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert '"matches":[{"line"' in done.stdout
    assert '"status":"queued"' in done.stdout
    assert "Greets whoever is named" in done.stdout
