"""Databases that nobody uses."""

from pathlib import Path

import pytest
from django.db import connections

from devmode.sqlite_files import find_sqlite_file, is_live_database
from tests.backup.mirrored_library import on_sqlite


@on_sqlite
def test_a_shared_cache_is_named_by_a_url_and_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path("/srv/a folder/official.db")
    monkeypatch.setitem(connections["official"].settings_dict, "NAME", f"{path.as_uri()}?cache=shared")
    assert find_sqlite_file("official") == path


@on_sqlite
def test_a_link_to_a_live_database_is_live(tmp_path: Path, library: object) -> None:
    own = find_sqlite_file("official")
    assert own is not None
    connections["official"].ensure_connection()
    (tmp_path / "link.db").symlink_to(own)
    assert is_live_database(tmp_path / "link.db")
    assert not is_live_database(tmp_path / "absent.db")
