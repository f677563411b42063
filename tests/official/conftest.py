"""What the official catalogue meets in a library."""

from pathlib import Path

import pytest

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.models import (
    Assembly,
)
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.official.published_folder import publish_many
from tests.official.syncing import PUBLISHED, TAKEN, run
from tests.permits import may_create


@pytest.fixture
def squatter(library: PayloadStore, operator: Actor) -> Assembly:
    create(script("Mine", b"echo mine\n", guid=TAKEN), domain=Domain.USER, permit=may_create(operator), store=library)
    return Assembly.objects.get(guid=TAKEN)


@pytest.fixture
def folder(tmp_path: Path, store: PayloadStore, command: Actor, library: PayloadStore) -> Path:
    """A published folder that the catalogue is in step with."""
    folder = tmp_path / "published"
    publish_many(folder, PUBLISHED)
    run(folder, store, command)
    return folder
