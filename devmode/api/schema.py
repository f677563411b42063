"""How endpoints are documented: each with its answers and every refusal it can give."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers

REFUSALS = {
    400: "The request cannot be read, or a field has a value that is not allowed; `detail.field` names it.",
    401: "Nobody is signed in, or the token is unknown or has ended.",
    403: "You may not do this; `dev_mode_required` means that an administrator may after enabling Dev Mode.",
    404: "There is no such thing.",
    405: "The method is not known here.",
    409: "Another assembly stands in the way.",
    412: "The assembly has changed since it was read; `detail.current` is its current state.",
    413: "The body is larger than the limit.",
    415: "The content type is not known here.",
    429: "Too many attempts; `Retry-After` says how long to wait.",
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


def documented(
    summary: str,
    *,
    operation_id: str,
    answers: Mapping[Any, Any],
    refusals: Collection[int] = READING,
    request: Any = None,
    parameters: Collection[Any] = (),
    tag: str = "assemblies",
) -> Callable[[Any], Any]:
    """Document one method of an endpoint; `answers` maps each good status to what it carries."""
    responses: dict[Any, Any] = dict(answers)
    responses |= {status: OpenApiResponse(ErrorSerializer, REFUSALS[status]) for status in sorted(refusals)}
    return extend_schema(
        summary=summary,
        operation_id=operation_id,
        request=request,
        responses=responses,
        parameters=list(parameters),
        tags=[tag],
    )
