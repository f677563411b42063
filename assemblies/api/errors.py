"""Facts to HTTP: each error becomes one status and `{code, message, detail}`; none carries a stack trace or a path."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import Error as DatabaseError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from assemblies import errors as facts
from assemblies.api.actors import is_administrator
from assemblies.catalogue import library_catalogue
from devmode.audit import AuditUnwritable
from devmode.write_lock import WriteLockTimeout

logger = logging.getLogger(__name__)

STATUSES: dict[type[facts.LibraryError], int] = {
    facts.LibraryError: 503,
    facts.Refusal: 400,
    facts.Forbidden: 403,
    facts.DevModeRequired: 403,
    facts.AssemblyNotFound: 404,
    facts.AttachmentNotFound: 404,
    facts.RevisionNotFound: 404,
    facts.SettingNotFound: 404,
    facts.NothingPending: 404,
    facts.GuidTaken: 409,
    facts.GuidInOtherDomain: 409,
    facts.SourceUnreadable: 409,
    facts.SyncRefused: 409,
    facts.NotWithdrawn: 409,
    facts.NoOriginal: 409,
    facts.RevisionConflict: 412,
    facts.DocumentTooLarge: 413,
    facts.AttachmentTooLarge: 413,
    facts.StorageFull: 507,
}
# What the framework raises, in the words of the contract.
CODES = {
    "permission_denied": "forbidden",
    "parse_error": "invalid_document",
    "invalid": "invalid_field",
    "error": "service_unavailable",
}
# What to do next, where the framework only says what is wrong.
ADVICE = {
    "not_authenticated": "Log in, or send the header Authorization: Token … with a token of POST /api/auth/login.",
    "unsupported_media_type": "Send JSON with the header Content-Type: application/json.",
}
RETRY_AFTER_SECONDS = 1


def answer_exception(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the answer to a named error, or None for an unforeseen one, which ends as a plain 500."""
    if isinstance(error, facts.LibraryError):
        return _answer_fact(error, context)
    if isinstance(error, AuditUnwritable):
        return _answer_fact(facts.AuditUnavailable(), context)
    if isinstance(error, WriteLockTimeout):
        return _answer_fact(facts.LibraryBusy(), context)
    if isinstance(error, UnreadablePostError):
        return _answer_fact(facts.InvalidDocument("The body could not be read to its end.", field="body"), context)
    if isinstance(error, DatabaseError | OSError):
        logger.error("%s: %s", type(error).__name__, error, exc_info=error)
        return _answer_fact(facts.LibraryUnavailable(), context)
    return _answer_framework(_as_api_exception(error))


def error_body(code: str, message: str, detail: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"code": code, "message": message, "detail": dict(detail or {})}


def status_of(fact: facts.LibraryError) -> int:
    """Return the HTTP status of a fact: its own, else that of what it is a kind of."""
    return next(STATUSES[kind] for kind in type(fact).__mro__ if kind in STATUSES)


def _answer_fact(fact: facts.LibraryError, context: Mapping[str, Any]) -> Response:
    detail = dict(fact.detail)
    if isinstance(fact, facts.RevisionConflict):
        detail["current"] = _current_item(fact, context)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if isinstance(fact, facts.LibraryBusy) else {}
    return Response(error_body(fact.code, fact.message, detail), status=status_of(fact), headers=headers)


def _current_item(fact: facts.RevisionConflict, context: Mapping[str, Any]) -> dict[str, Any] | None:
    entry = library_catalogue().current().entries.get(fact.detail["assembly_guid"])
    return entry.item(is_administrator(context["request"])) if entry else None


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return _TooLarge()
    return exceptions.ParseError(code="bad_request") if isinstance(error, SuspiciousOperation) else None


class _TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = facts.DocumentTooLarge.__doc__
    default_code = facts.DocumentTooLarge.code


def _answer_framework(error: exceptions.APIException | None) -> Response | None:
    if error is None:
        return None
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
    """Name the first field at fault; the others stand beside it."""
    fields: dict[str, Any] = error.detail if isinstance(error.detail, dict) else {"document": error.detail}
    field, messages = next(iter(fields.items()))
    first = messages[0]
    code = first.code if first.code == "unknown_field" else "invalid_field"
    return error_body(code, str(first), {"field": field, "fields": fields})
