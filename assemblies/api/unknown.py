"""Addresses that nothing answers: unauthenticated requests receive 401 first, as everywhere."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from devmode.api.endpoint import PrivateEndpoint


@extend_schema(exclude=True)
class UnknownView(PrivateEndpoint):
    """There is nothing at this address."""

    def _refuse(self, request: Request, **_path: Any) -> None:
        raise NotFound("There is nothing at this address.")

    get = post = put = patch = delete = _refuse
