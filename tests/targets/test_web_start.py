"""SQLAlchemy costs a start most of a second: a web process imports it once somebody uses a target."""

from pathlib import Path

from tests.project.processes import run_python

LOADED = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "borealis_assemblies.settings"
django.setup()
import borealis_assemblies.wsgi, assemblies.management.companions.table
from django.urls import get_resolver
get_resolver().url_patterns
print(sorted({name.partition(".")[0] for name in sys.modules} & {"sqlalchemy", "alembic"}))
"""


def test_a_web_process_starts_without_sqlalchemy(tmp_path: Path) -> None:
    done = run_python("-c", LOADED, runtime_root=tmp_path)
    assert done.stdout.strip().splitlines()[-1] == "[]", done.stderr
