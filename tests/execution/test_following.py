"""`run_assembly --follow`: what a script prints and how it ends is what the command prints and how it ends."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.commands.deployment import PROJECT, Deployment, Prepared
from tests.patience import HANG_SECONDS

SCRIPTS = {
    "speaks.sh": "#!/bin/bash\necho 'grün und €'\necho careful >&2\n",
    "fails.sh": "#!/bin/bash\necho before\nexit 3\n",
    "raw.sh": "#!/bin/bash\nprintf 'a\\xffb'\n",
}
FROM_A_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
FOLLOW = """
import django, sys
django.setup()
from assemblies.execution.reading import get_run
from assemblies.management.commands.run_assembly import Command
Command().follow(get_run(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def library(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    folder = tmp_path_factory.mktemp("following")
    deployment = Deployment.of(prepared, folder / "var", BOREALIS_LOCAL_WORKER="on")
    scripts = folder / "scripts"
    scripts.mkdir()
    for name, text in SCRIPTS.items():
        (scripts / name).write_text(text)
    deployment.answer("import_assemblies", str(scripts))
    return deployment


@pytest.fixture
def worker(library: Deployment) -> Iterator[None]:
    process = library.start("run_worker")
    yield
    process.terminate()
    process.communicate(timeout=HANG_SECONDS)


def follow(library: Deployment, name: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    line = [sys.executable, "manage.py", "run_assembly", f"import:scripts:{name}", "--follow", *arguments]
    return subprocess.run(line, cwd=PROJECT, env=library.environment, capture_output=True, timeout=HANG_SECONDS)


def test_it_prints_what_comes_and_ends_as_the_script_does(library: Deployment, worker: None) -> None:
    spoken, failed, raw = (follow(library, name) for name in SCRIPTS)
    assert (spoken.stdout.decode(), spoken.stderr.decode(), spoken.returncode) == ("grün und €\n", "careful\n", 0)
    assert (failed.stdout, failed.returncode) == (b"before\n", 3)
    assert failed.stderr.endswith(b"ended as Failed: The script ended with exit code 3.\n")
    assert (raw.stdout, raw.returncode) == (b"a\xffb", 0)

    told = follow(library, "fails.sh", "--json")
    assert (json.loads(told.stdout)["status"], told.returncode) == ("Failed", 3)


def test_what_had_ended_before_is_printed_as_well(library: Deployment) -> None:
    run_id = json.loads(library.answer("run_assembly", "import:scripts:speaks.sh", "--json"))["run_id"]
    library.answer("run_worker", "--once")
    process = library.start_python("-c", FOLLOW, run_id)
    assert process.communicate(timeout=HANG_SECONDS) == ("grün und €\n", "careful\n")


def test_where_nobody_runs_it_people_are_told_and_can_leave(library: Deployment) -> None:
    # Started in the background, as a gate may be, a process ignores SIGINT until it is told otherwise.
    line = [sys.executable, "-c", FROM_A_TERMINAL, "manage.py", "run_assembly", "import:scripts:speaks.sh", "--follow"]
    process = subprocess.Popen(line, cwd=PROJECT, env=library.environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=HANG_SECONDS)
    assert told.startswith("No worker or agent has begun it yet")
    run_id = told.split("cancel_run ")[1].split()[0]
    assert json.loads(library.answer("cancel_run", run_id, "--json"))["status"] == "Canceled"
