"""How actions are declared: the query and the body that they read, their answers, and every refusal they can give."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers

from devmode.api.shapes import Query

REFUSALS = {
    400: "The request cannot be read, or a field has a value that is not allowed; `detail.field` names it.",
    401: "Nobody is signed in, or the token is unknown or has ended.",
    403: "You may not do this; `dev_mode_required` means that an administrator may after enabling Dev Mode.",
    404: "Not found.",
    405: "The method is not known here.",
    409: "Something else is in the way, or its state does not allow it.",
    412: "The assembly has changed since it was read; `detail.current` is its current state.",
    413: "The body is larger than the limit.",
    415: "The content type is not known here.",
    422: "The Idempotency-Key came with another request before.",
    429: "Too many at a time; `Retry-After` says how long to wait.",
    503: "The library cannot do its part at the moment; nothing was changed.",
    507: "There is too little disk space left to accept changes.",
}
READING = (400, 401, 503)
WRITING = (400, 401, 403, 404, 409, 412, 413, 415, 503, 507)


class ErrorSerializer(serializers.Serializer[Any]):
    """What every refusal and failure looks like."""

    code = serializers.CharField(help_text="The fact's name, for programs.")
    message = serializers.CharField(help_text="The fact in words, for people.")
    detail = serializers.DictField(help_text="What more there is to say, for example the field's name.")


class ShapeDescription(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Shapes refuse what they do not know, and say so."""

    target_class = "devmode.api.shapes.Shape"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return schema | ({"additionalProperties": False} if self.target.is_closed else {})


@dataclass(frozen=True)
class Declared:
    """What an action reads: a query, and a body, of one shape or of one for each content type."""

    query: type[Query]
    body: Any

    def body_of(self, content_type: str) -> type[serializers.Serializer[Any]]:
        """Return the shape of a body that came with this content type."""
        shapes = self.body if isinstance(self.body, Mapping) else {}
        shape: type[serializers.Serializer[Any]] = shapes.get(content_type.partition(";")[0], self.body)
        return shape


def described(
    summary: str,
    *,
    operation_id: str,
    answers: Mapping[Any, Any],
    refusals: Collection[int] = READING,
    query: type[Query] = Query,
    body: Any = None,
    parameters: Collection[Any] = (),
    tag: str = "assemblies",
) -> Callable[[Any], Any]:
    """Declare an action; `answers` maps each good status to what it carries, `parameters` are of path and header."""
    responses: dict[Any, Any] = dict(answers)
    responses |= {
        status: OpenApiResponse(ErrorSerializer, REFUSALS[status])
        for status in sorted({400, *refusals} if refusals else ())
    }
    document = extend_schema(
        summary=summary,
        operation_id=operation_id,
        request=body,
        responses=responses,
        parameters=[query, *parameters] if query().fields else list(parameters),
        tags=[tag],
    )

    def declare(action: Any) -> Any:
        action.declared = Declared(query, body)
        return document(action)

    return declare
