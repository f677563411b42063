"""`parity_check`: clean against a fresh `serve`, and what it says where a server differs or does not answer."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from assemblies.management.parity.checklist import TOKEN
from tests.commands.deployment import PROJECT, Deployment, Prepared, free_port

GUIDE = PROJECT / "docs" / "staging-guide.md"


class Older(BaseHTTPRequestHandler):
    """A server that takes everything, asks for nothing and tells secrets; its PUT fails."""

    def _answer(self, status: int = 200) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(dict.fromkeys(TOKEN) | {"token": "ghp_0123456789"}).encode())

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer(500)

    def log_message(self, *_arguments: object) -> None:
        return


@pytest.fixture
def older() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Older) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def deployment(prepared: Prepared, tmp_path: Path) -> Deployment:
    return Deployment.of(prepared, tmp_path / "root")


def guide_in(folder: Path) -> Path:
    copy = folder / "guide.md"
    before, begin, rest = GUIDE.read_text().partition("<!-- begin")
    marks, _newline, after = rest.partition("\n")
    copy.write_text(f"{before}{begin}{marks}\n<!-- end -->{after.partition('<!-- end -->')[2]}")
    return copy


def test_a_fresh_server_is_clean_and_its_table_is_the_one_of_the_guide(deployment: Deployment, tmp_path: Path) -> None:
    guide = guide_in(tmp_path)
    assert guide.read_text() != GUIDE.read_text()
    with deployment.serve("--no-sync") as server:
        server.wait_until_it_answers()
        found = json.loads(deployment.answer("parity_check", "--json", "--guide", str(guide)))
    assert (found["unexplained"], {one["area"] for one in found["checks"]}) == (
        0,
        {"tokens", "enrolment", "jobs", "agents", "upstream head", "queue", "persistence", "aliases"},
    )
    assert all(one["why"] for one in found["checks"] if one["verdict"] == "explained")
    assert guide.read_text() == GUIDE.read_text()
    code = "from devmode.models.token import ApiToken; print(ApiToken.objects.count())"
    assert deployment.answer("shell", "--no-imports", "--command", code) == "1"


def test_what_differs_without_a_reason_is_named_and_fails(deployment: Deployment, older: str, tmp_path: Path) -> None:
    guide = guide_in(tmp_path)
    done = deployment.run("parity_check", "--url", older, "--token", "x", "--guide", str(guide))
    assert (done.returncode, "not explained" in done.stderr) == (1, True)
    assert "DIFFERENT enrolment: POST /api/agent/enroll/request" in done.stdout
    assert "same      upstream head: GET /api/github/token → the token itself" in done.stdout
    assert "**not explained**" in guide.read_text()


def test_a_server_that_does_not_answer_is_said_so(deployment: Deployment) -> None:
    before = GUIDE.read_text()
    done = deployment.run("parity_check", "--url", f"http://127.0.0.1:{free_port()}", "--token", "x")
    assert (done.returncode, "does not answer" in done.stderr) == (2, True)
    assert deployment.run("parity_check", "--url", "file:///etc/passwd", "--token", "x").returncode == 2
    assert GUIDE.read_text() == before


def test_a_guide_that_is_missing_or_has_no_place_is_said_so_before_the_server_is_asked(
    deployment: Deployment, tmp_path: Path
) -> None:
    guide = tmp_path / "guide.md"
    asking = ("parity_check", "--url", f"http://127.0.0.1:{free_port()}", "--token", "x", "--guide", str(guide))
    missing = deployment.run(*asking)
    assert (missing.returncode, f"There is no file {guide}. Make one with" in missing.stderr) == (2, True)
    guide.write_text("# Guide\n")
    without = deployment.run(*asking)
    assert (without.returncode, f"{guide} has no place for the table." in without.stderr) == (2, True)
    assert guide.read_text() == "# Guide\n"
