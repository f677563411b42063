"""The recipes of docs/operations.md, run as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.commands.deployment import PROJECT, Deployment, Prepared
from tests.commands.write_load import WriteLoad
from tests.patience import HANG_SECONDS


def recipe(name: str) -> str:
    page = (PROJECT / "docs" / "operations.md").read_text()
    found = re.search(rf"<!-- recipe: {name} -->\n```sh\n(.+?)```", page, re.DOTALL)
    assert found
    return found.group(1)


def follow(deployment: Deployment, name: str, backup: Path) -> None:
    interpreter = f"{Path(sys.executable).parent}{os.pathsep}{deployment.environment['PATH']}"
    environment = deployment.environment | {"BACKUP": str(backup), "PATH": interpreter}
    done = subprocess.run(
        ["sh", "-euc", recipe(name)], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=HANG_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_backup_made_under_load_restores_to_a_clean_library(prepared: Prepared, tmp_path: Path) -> None:
    deployment = Deployment.of(prepared, tmp_path / "var", BOREALIS_FLUSH_INTERVAL_SECONDS="1")
    backup = tmp_path / "backup"
    backup.mkdir()
    with deployment.serve() as server:
        server.wait_until_it_answers()
        with WriteLoad(server, prepared.token) as load:
            load.wait_for(10)
            before = set(load.acknowledged)
            follow(deployment, "backup", backup)
            load.wait_for(len(load.acknowledged) + 5)

    restored = Deployment(tmp_path / "restored")
    follow(restored, "restore", backup)
    state = restored.state()
    assert before <= set(state["guids"])
    assert state["pending"] == 0
