"""Pages: which part of a long answer is asked for, and where the parts before and after it are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from assemblies.api.reading import Query

PAGE_NAMES = ("limit", "offset")
LONGEST_PAGE = 10_000


@dataclass(frozen=True)
class PageOf:
    """The part of an answer from `offset` on, `limit` long at most."""

    limit: int
    offset: int

    @classmethod
    def asked(cls, query: Query, *, default: int) -> "PageOf":
        """Read `limit` and `offset`. Raises InvalidField."""
        limit = query.number("limit", default, minimum=1, maximum=LONGEST_PAGE)
        return cls(limit or default, query.number("offset", 0, minimum=0) or 0)

    def of(self, things: Sequence[Any]) -> Sequence[Any]:
        return things[self.offset : self.offset + self.limit]

    def links(self, request: Request, count: int) -> dict[str, Any]:
        """Return the head of a paged answer: how many there are in all, and the addresses of the neighbours."""
        after, before = self.offset + self.limit, max(self.offset - self.limit, 0)
        return {
            "count": count,
            "next": self._address(request, after) if after < count else None,
            "previous": self._address(request, before) if self.offset else None,
        }

    def _address(self, request: Request, offset: int) -> str:
        parameters = request.query_params.copy()
        parameters["limit"], parameters["offset"] = str(self.limit), str(offset)
        return str(request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}"))
