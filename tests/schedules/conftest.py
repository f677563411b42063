"""This server runs scripts, whatever it is bound to."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _runs_here(settings: Settings) -> None:
    settings.LOCAL_WORKER = "on"
