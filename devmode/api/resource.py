"""What every resource of the API is: an action for each verb, with the query and the body that it declares.

A declaration (`described`) reads what is sent, and it is the API's description of it. A name that the query does not
declare is refused before anything is done, whatever the method; values are read by the action, so that a refusal for
want of a right comes first.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import cache
from typing import Any, TypeVar

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSetMixin

from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import Declared
from devmode.api.shapes import check_names

Reader = TypeVar("Reader", bound=serializers.Serializer[Any])


class ExactRouter(SimpleRouter):
    """Routes without a final slash; where one is sent, it is taken off before routing."""

    def __init__(self) -> None:
        super().__init__(trailing_slash=False, use_regex_path=False)


class Resource(ViewSetMixin, PrivateEndpoint):
    """A resource of the API."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # There is no action where the method is not allowed, and no declaration of OPTIONS.
        declared = getattr(getattr(self, self.action or "", None), "declared", None)
        if declared is not None:
            self.check_names(request.query_params, reader_of(declared.query).fields)

    @property
    def declared(self) -> Declared:
        """What the action of this request declares."""
        declared: Declared = getattr(self, self.action).declared
        return declared

    def query(self) -> dict[str, Any]:
        """Return the values of the query, as the action declares it. Raises `refusal`."""
        with self._refusing():
            values: dict[str, Any] = reader_of(self.declared.query).run_validation(
                single_values(self.request.query_params)
            )
        return values

    def body(self, **context: Any) -> dict[str, Any]:
        """Return the values of the body, as the action declares it. Raises `refusal`."""
        shape = self.declared.body_of(str(self.request.content_type))
        return self.read(shape, self.request.data, **context)

    def read(self, shape: type[serializers.Serializer[Any]], data: Any, **context: Any) -> dict[str, Any]:
        """Return the values that `shape` reads; its fields find `context` there. Raises `refusal`."""
        # A copy, which has the same fields: making them takes longer than reading with them.
        sent: Any = copy(reader_of(shape))
        sent._context = context
        with self._refusing():
            sent.initial_data = single_values(data) if isinstance(data, QueryDict) else data
            sent.is_valid(raise_exception=True)
        values: dict[str, Any] = sent.validated_data
        return values

    def check_names(self, sent: Iterable[str], known: Iterable[str]) -> None:
        """Raise `refusal` for names that are not known."""
        with self._refusing():
            check_names(set(sent), set(known))

    def refusal(self, error: serializers.ValidationError) -> Exception:
        """Return what is raised for a query or a body that does not fit its declaration."""
        return error

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except serializers.ValidationError as error:
            raise self.refusal(error) from error


@cache
def reader_of(shape: type[Reader]) -> Reader:
    """Return one that has read nothing yet, with its fields, which keep nothing of what they read."""
    reader = shape()
    _ = reader.fields
    return reader


def single_values(sent: QueryDict) -> dict[str, Any]:
    """Return the values of a query or a form, one for each name. Raises ValidationError."""
    if repeated := [name for name, values in sent.lists() if len(values) > 1]:
        raise serializers.ValidationError({name: ["This is given more than once."] for name in repeated})
    return sent.dict()
