"""Any WSGI or ASGI server can serve the library."""

from pathlib import Path

import pytest

from tests.project.processes import run_python

ASK_WSGI = """
from wsgiref.util import setup_testing_defaults
from borealis_assemblies.wsgi import application
environ = {"HTTP_HOST": "localhost", "PATH_INFO": "/health"}
setup_testing_defaults(environ)
answer = application(environ, lambda status, headers: print(status))
print(b"".join(answer).decode())
"""
ASK_ASGI = """
import asyncio
from borealis_assemblies.asgi import application
scope = {"type": "http", "method": "GET", "path": "/health", "headers": [(b"host", b"localhost")], "query_string": b""}
async def receive():
    if not asked:
        asked.append(True)
        return {"type": "http.request", "body": b""}
    await asyncio.sleep(60)
async def send(message):
    print(message.get("status", ""), message.get("body", b"").decode())
asked = []
asyncio.run(application(scope, receive, send))
"""


@pytest.mark.parametrize("code", [ASK_WSGI, ASK_ASGI], ids=["wsgi", "asgi"])
def test_the_server_answers_without_a_database(tmp_path: Path, code: str) -> None:
    done = run_python("-c", code, runtime_root=tmp_path, measured=True)
    assert done.returncode == 0, done.stderr
    assert "200" in done.stdout
    assert '"status":"ok"' in done.stdout.replace(" ", "")
    assert not (tmp_path / "engine.db").exists()
