"""A writer between the plan and the apply: the command, in a process of its own, notices and changes nothing.

It stops between the two because nobody reads what it prints: the plan is longer than a pipe holds.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.patience import HANG_SECONDS
from tests.project.processes import PROJECT, clean_environment
from tests.rekeying.bench import AtocoreBench, CatalogueBench

pytestmark = pytest.mark.database

MORE_THAN_A_PIPE_HOLDS = 200_000
NAMES = {
    "default": "DATABASE_URL",
    "official": "OFFICIAL_DATABASE_URL",
    "community": "COMMUNITY_DATABASE_URL",
    "user_created": "USER_CREATED_DATABASE_URL",
    "execution": "EXECUTION_DATABASE_URL",
}


def url_of(alias: str) -> str:
    found = connections[alias].settings_dict
    if connections[alias].vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    secret = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return f"postgres://{found['USER']}{secret}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def start(bench: AtocoreBench | CatalogueBench) -> "subprocess.Popen[str]":
    names = {name: url_of(alias) for alias, name in NAMES.items()}
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate_legacy_aliases", *bench.options(), "--apply"],
        cwd=PROJECT,
        env=clean_environment(
            Path(settings.RUNTIME_ROOT), names | {"PAYLOAD_STORAGE_URL": settings.PAYLOAD_STORAGE_URL}
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_write_after_the_plan_was_made_refuses_the_apply_of_another_process(
    bench: AtocoreBench | CatalogueBench,
) -> None:
    bench.register({"id": "p05-x", "aliases": ["p05"]})
    bench.state("p05", "gives way " * (MORE_THAN_A_PIPE_HOLDS // 10), "superseded")
    bench.state("p05-x", "stays")
    with start(bench) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip(), "it prints nothing before the plan is made"
            bench.note("p05", "meanwhile")
            before = bench.dump()
            printed, errors = process.communicate(timeout=HANG_SECONDS)
        finally:
            process.kill()
    assert process.returncode == 4, errors
    assert len(printed) > MORE_THAN_A_PIPE_HOLDS
    assert bench.dump() == before
    assert not list(bench.reports.glob("*Z.json"))
    assert bench.run("--apply").exit_code == 0
    assert bench.notes() == [("p05-x", "meanwhile", "active")]
