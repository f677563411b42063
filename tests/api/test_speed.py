"""The short form of `make bench`: reading again what is current costs less processor time than a view of the framework
that does nothing. The figures are in docs/performance.md.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import include, path
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.api.conftest import Api, MakeAssembly, path_of

ROUNDS, REQUESTS = 5, 20


class Nothing(APIView):
    """What the framework costs, with our authentication and middleware, before a line of ours."""

    def get(self, _request: Request) -> Response:
        return Response({})


urlpatterns = [path("api/nothing", Nothing.as_view()), path("", include("borealis_assemblies.urls"))]


def processor_seconds(ask: Callable[[], Any]) -> float:
    """Return what one request takes in the quickest of some rounds, which others disturb least."""
    rounds = []
    for _round in range(ROUNDS):
        started = time.process_time()
        for _request in range(REQUESTS):
            ask()
        rounds.append((time.process_time() - started) / REQUESTS)
    return min(rounds)


@pytest.fixture
def reader(as_viewer: Api, settings: Settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return as_viewer.client


@pytest.mark.alone
def test_what_is_read_again_costs_less_than_a_view_that_does_nothing(
    reader: Client, make_assembly: MakeAssembly
) -> None:
    guid = [make_assembly(f"Disk use {number}") for number in range(20)][-1]
    addresses = {
        "item": path_of(guid),
        "page": "/api/assemblies?limit=5&offset=5",
        "filtered page": "/api/assemblies?type=bash&limit=5",
        "page of a search": "/api/assemblies?q=disk&limit=5",
    }
    etag = reader.get(addresses["item"])["ETag"]
    asked = {name: partial(reader.get, address) for name, address in addresses.items()}
    asked["304"] = partial(reader.get, addresses["item"], headers={"If-None-Match": etag})
    assert {name: ask().status_code for name, ask in asked.items()} == dict.fromkeys(addresses, 200) | {"304": 304}
    nothing = processor_seconds(lambda: reader.get("/api/nothing"))
    ratios = {name: processor_seconds(ask) / nothing for name, ask in asked.items()}
    assert max(ratios.values()) < 1, ratios
