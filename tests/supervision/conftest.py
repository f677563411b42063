"""What tests of whole process trees share."""

from collections.abc import Iterator

import pytest

from tests.supervision.runs import end_all_of


@pytest.fixture
def owners() -> Iterator[list[str]]:
    """The owners of a test's runs: nothing of theirs outlives the test, not even a failed one."""
    owners: list[str] = []
    yield owners
    for owner in owners:
        end_all_of(owner)
