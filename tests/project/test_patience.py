"""What tests hold processor time to."""

import pytest

from tests.patience import at_most


def test_what_takes_longer_than_allowed_is_refused_and_what_does_not_is_not() -> None:
    with at_most(1):
        sum(range(1000))
    with pytest.raises(AssertionError, match="of a processor"), at_most(0.001):
        sum(range(20_000_000))
