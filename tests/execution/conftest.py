"""The queue of runs for tests: within a transaction, or with real commits where processes meet."""

import pytest
from django.db import connections

from assemblies.execution.models import ExecutionEpoch
from assemblies.execution.triggers import create_triggers
from tests.execution.orders import EPOCH


@pytest.fixture
def queue(db: None) -> None:
    """An empty queue of the current epoch, with the triggers that a real one has."""
    create_triggers(connections["execution"])
    ExecutionEpoch.objects.update_or_create(id=1, defaults={"epoch": EPOCH})


@pytest.fixture
def committed_queue(transactional_db: None) -> None:
    """An empty queue of the current epoch, with real commits."""
    ExecutionEpoch.objects.update_or_create(id=1, defaults={"epoch": EPOCH})
