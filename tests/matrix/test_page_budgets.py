"""Every page of the resolver costs at most the queries written down here, whatever is in the library."""

from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from assemblies.payloads import PayloadStore
from tests.matrix.identities import bystander, granted
from tests.matrix.routes import Route, path_of, routes
from tests.matrix.stocked import Stocked, filled

MAX_QUERIES = 12
# Health asks each of the five databases how it is.
# Each database is asked by the doctor, too.
# A scrape asks each database, and the queue of runs. The page of an assembly asks for what people say of it, too:
# settings, notes, what it replaces, runs, checks.
# The form of a run asks for what can be reached, too: groups, tags, devices, and the variables of the last run.
# Differences read two revisions, and what the checks found in both.
BUDGETS = {
    "admin/health/": 80,
    "metrics": 20,
    "admin/assemblies/assembly/<path:object_id>/change/": 16,
    "admin/assemblies/assembly/<str:guid>/diff/": 13,
    "admin/assemblies/assembly/<str:guid>/run/": 13,
}


@pytest.fixture
def stocked(library: PayloadStore) -> Stocked:
    stocked = filled(library)
    bystander()
    return stocked


def counted(route: Route, stocked: Stocked, client: Any) -> int:
    """Return how many queries the second visit costs; the first one fills the catalogue."""
    path = path_of(route, "user", stocked)
    read(client.get(path))
    with ExitStack() as stack:
        captured = [stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in connections]
        read(client.get(path))
    return sum(len(queries) for queries in captured)


def read(answer: Any) -> None:
    if answer.streaming:
        b"".join(answer.streaming_content)


def test_no_page_asks_more_than_it_may(stocked: Stocked) -> None:
    identity = granted()
    found = {route.pattern: counted(route, stocked, identity.client()) for route in routes() if route.is_page}
    over = {pattern: count for pattern, count in found.items() if count > BUDGETS.get(pattern, MAX_QUERIES)}
    assert over == {}
    assert BUDGETS.keys() <= found.keys()
