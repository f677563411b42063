"""The tours in the documentation are true: their lines run, as they are written there, against a served library."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.commands.deployment import ADMIN_PASSWORD, PROJECT, Deployment, Prepared
from tests.patience import HANG_SECONDS

pytestmark = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")


@pytest.fixture(scope="module")
def served(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    deployment = Deployment.of(prepared, tmp_path_factory.mktemp("tours") / "var")
    deployment.answer("sync_official", "--json")
    with deployment.serve() as server:
        server.wait_until_it_answers()
        yield f"http://127.0.0.1:{deployment.port}"


def tour(page: str, base: str) -> str:
    """Run the tour of a page and return what its calls answered."""
    lines = (PROJECT / page).read_text().partition("<!-- tour:")[2].partition("```sh\n")[2].partition("```")[0]
    assert lines
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        env=os.environ | {"BASE": base, "PASSWORD": ADMIN_PASSWORD},
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_line_of_the_tour_of_the_library_runs(served: str) -> None:
    said = tour("README.md", served)
    assert '"matches":[{"line"' in said
    assert '"status":"queued"' in said
    assert "Greets the person named" in said


def test_every_line_of_the_tour_of_dev_mode_runs(served: str) -> None:
    denied, entered, repaired, flushed, grants, left, audit = tour("docs/dev-mode.md", served).splitlines()
    assert '"dev_mode_required"' in denied
    assert '"enabled":true' in entered
    assert '"summary":"Repaired here"' in repaired
    assert '"flushed":{"official":1,' in flushed
    assert '"count":1' in grants
    assert '"enabled":false' in left
    assert '"event":"devmode.enter"' in audit
