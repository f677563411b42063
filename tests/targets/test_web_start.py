"""What costs a start most of a second is imported by those who use it, and not to give the first answer."""

from pathlib import Path

from tests.project.processes import run_python

LOADED = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "borealis_assemblies.settings"
django.setup()
import borealis_assemblies.wsgi, borealis_assemblies.urls, assemblies.management.companions.table
from django.urls import resolve, reverse
resolve("/api/assemblies")
late = {"sqlalchemy", "alembic", "assemblies.admin.pages", "assemblies.checking.engine"}
print(sorted(late & set(sys.modules)))
reverse("admin:index")
print(sorted(late & set(sys.modules)))
"""


def test_a_web_process_starts_with_what_the_api_needs(tmp_path: Path) -> None:
    done = run_python("-c", LOADED, runtime_root=tmp_path)
    at_start, with_pages = done.stdout.strip().splitlines()[-2:]
    assert at_start == "[]", done.stderr
    assert with_pages == "['assemblies.admin.pages']"
