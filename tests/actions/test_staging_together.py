"""Payloads that are put together are durable when that ends, and none of them before."""

import pytest

from assemblies.actions.staging import staged
from assemblies.errors import Refusal
from assemblies.payloads import PayloadStore

pytestmark = pytest.mark.usefixtures("library")


def test_they_are_stored_when_it_ends_each_of_them_once(store: PayloadStore) -> None:
    with staged(store) as staging:
        known = staging.put(b"known")
        with staging.together():
            put = [staging.put(content) for content in (b"one", b"two", b"one", b"known")]
            assert list(store.guids()) == [known.guid]
        assert [store.read(reference) for reference in put] == [b"one", b"two", b"one", b"known"]
        assert sorted(store.guids()) == sorted({reference.guid for reference in put})
        assert store.read(staging.put(b"alone")) == b"alone"


def test_a_refusal_meanwhile_stores_none_and_a_later_one_removes_them(store: PayloadStore) -> None:
    with pytest.raises(Refusal), staged(store) as staging, staging.together():
        staging.put(b"one")
        raise Refusal
    with pytest.raises(Refusal), staged(store) as staging:
        with staging.together():
            staging.put(b"one")
        raise Refusal
    assert list(store.guids()) == []
