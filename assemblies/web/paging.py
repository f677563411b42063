"""Pages of a long answer: which part is wanted, and where the parts before and after it are."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from devmode.api.shapes import Answer, Query, QueryNumber

MAX_PAGE = 10_000
Row = TypeVar("Row", bound=Model)


class PageQuery(Query):
    """Which part of a long answer is wanted."""

    limit = QueryNumber(required=False, default=100, min_value=1, max_value=MAX_PAGE)
    offset = QueryNumber(required=False, default=0)


class ShortPageQuery(PageQuery):
    limit = QueryNumber(required=False, default=50, min_value=1, max_value=MAX_PAGE)


class PageAnswer(Answer):
    """The head of a part of a long answer."""

    count = serializers.IntegerField(help_text="How many there are in all.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


def part_of(rows: QuerySet[Row, Row], wanted: Mapping[str, Any]) -> QuerySet[Row, Row]:
    """Return the rows of the part that a PageQuery asks for."""
    return rows[wanted["offset"] : wanted["offset"] + wanted["limit"]]


def page_head(request: Request, wanted: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Return the head of the part that a PageQuery asks for, with the addresses of its neighbours."""
    limit, offset = wanted["limit"], wanted["offset"]
    after, before = offset + limit, max(offset - limit, 0)
    return {
        "count": count,
        "next": _address(request, limit, after) if after < count else None,
        "previous": _address(request, limit, before) if offset else None,
    }


def _address(request: Request, limit: int, offset: int) -> str:
    parameters = request.query_params.copy()
    parameters["limit"], parameters["offset"] = str(limit), str(offset)
    return str(request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}"))
