"""Errors as the API answers them: `{code, message, detail}` with the status of `assemblies.web.errors`."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from assemblies.catalogue import library_catalogue
from assemblies.errors import DocumentTooLarge, RevisionConflict
from assemblies.web.actors import is_administrator
from assemblies.web.errors import CODES as LIBRARY_CODES
from assemblies.web.errors import answer_of, error_body

# What the framework raises, in the words of the contract.
CODES = LIBRARY_CODES | {
    "parse_error": "invalid_document",
    "invalid": "invalid_field",
    "error": "service_unavailable",
}
# What to do next, where the framework only says what is wrong.
ADVICE = {
    "not_authenticated": "Log in, or send the header Authorization: Token … with a token of POST /api/auth/login.",
    "unsupported_media_type": "Send JSON with the header Content-Type: application/json.",
}


def answer_exception(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the answer to a named error, or None for an unforeseen one, which ends as a plain 500."""
    if (translated := _as_api_exception(error)) is not None:
        return _answer_framework(translated)
    answer = answer_of(DocumentTooLarge() if isinstance(error, RequestDataTooBig) else error)
    if answer is None:
        return None
    current = {"current": _current_item(error, context)} if isinstance(error, RevisionConflict) else {}
    body = error_body(answer.code, answer.message, answer.detail | current)
    return Response(body, status=answer.status, headers=answer.headers)


def _current_item(fact: RevisionConflict, context: Mapping[str, Any]) -> dict[str, Any] | None:
    entry = library_catalogue().current().entries.get(fact.detail["assembly_guid"])
    return entry.item(is_administrator(context["request"])) if entry else None


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, SuspiciousOperation) and not isinstance(error, RequestDataTooBig):
        return exceptions.ParseError(code="bad_request")
    return None


def _answer_framework(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        return Response(_validation_body(error), status=error.status_code)
    detail = error.detail
    code, message = str(getattr(detail, "code", "error")), str(detail)
    code = "csrf_failed" if message.startswith("CSRF Failed") else CODES.get(code, code)
    message = f"{message} {ADVICE[code]}" if code in ADVICE else message
    return Response(error_body(code, message), status=error.status_code, headers=_headers(error))


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _validation_body(error: exceptions.ValidationError) -> dict[str, Any]:
    """Name the first field at fault; `fields` has all of them."""
    fields: dict[str, Any] = error.detail if isinstance(error.detail, dict) else {"document": error.detail}
    field, messages = next(iter(fields.items()))
    first = messages[0]
    code = first.code if first.code == "unknown_field" else "invalid_field"
    return error_body(code, str(first), {"field": field, "fields": fields})
