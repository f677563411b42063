"""docs/database-layout.md says what the models say: every table once, with the database that it is in."""

import re
from pathlib import Path

from django.apps import apps
from django.db import router

from assemblies.databases import DATABASES

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "database-layout.md"
PACKAGES = {"assemblies", "devmode"}
DOMAIN_DATABASE = "a domain database"


def test_every_database_is_listed_with_its_file() -> None:
    listed = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert dict(listed) == {database.alias: database.file for database in DATABASES}


def test_every_table_is_described_once_under_its_database() -> None:
    described = {heading: tables(text) for heading, text in sections()}
    assert described == {heading: sorted(names) for heading, names in expected().items()}


def sections() -> list[tuple[str, str]]:
    """Return the sections that describe a database, each with its heading's words after "In"."""
    parts = re.split(r"^## In (.+)$", PAGE.read_text(), flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def tables(text: str) -> list[str]:
    first_cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return sorted(name for cell in first_cells for name in re.findall(r"`(\w+)`", cell))


def expected() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for database in DATABASES:
        heading = DOMAIN_DATABASE if database.is_replica else f"`{database.alias}`"
        found.setdefault(heading, set()).update(tables_of(database.alias))
    return found


def tables_of(alias: str) -> set[str]:
    ours = [config for config in apps.get_app_configs() if config.name.partition(".")[0] in PACKAGES]
    models = [model for config in ours for model in config.get_models(include_auto_created=True)]
    return {model._meta.db_table for model in models if router.allow_migrate_model(alias, model)}
