"""A mirror of a small library."""

from pathlib import Path

import pytest

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.backup.mirrored_library import fill, make_mirror
from tests.documents_made import script
from tests.official.published_folder import guid
from tests.permits import may_create, may_update


@pytest.fixture
def mirrored(tmp_path: Path, library: PayloadStore, command: Actor) -> Path:
    """A mirror of a small library; the library itself went on since."""
    fill(library, command)
    place = make_mirror(tmp_path / "mirrors", library).mirror
    update(guid(3), {"summary": "Newer."}, payload=b"echo newer", permit=may_update(command), store=library)
    create(script("Later", guid=guid(4)), domain=Domain.COMMUNITY, permit=may_create(command), store=library)
    flush()
    return place
