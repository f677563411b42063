"""Errors that no endpoint answered: JSON for programs, a page for people.

Who is signed in meets what they may not or cannot have in the site's frame, with the navigation around it. All other
errors have a plain page that asks no database, as these have while one cannot be asked.
"""

from http import HTTPStatus
from typing import Any

from django.contrib.auth import get_user
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assemblies.errors import Failure
from assemblies.web.errors import answer_of, error_body

MESSAGES = {
    HTTPStatus.BAD_REQUEST: _("The request cannot be read."),
    HTTPStatus.FORBIDDEN: _("You may not do this."),
    HTTPStatus.NOT_FOUND: _("There is nothing at this address."),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("Something went wrong on the server; engine.log says what."),
}
TITLES = {
    HTTPStatus.BAD_REQUEST: _("Bad Request"),
    HTTPStatus.FORBIDDEN: _("Forbidden"),
    HTTPStatus.NOT_FOUND: _("Not Found"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("Too Large"),
    HTTPStatus.TOO_MANY_REQUESTS: _("Too Many Requests"),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("Internal Server Error"),
    HTTPStatus.SERVICE_UNAVAILABLE: _("Service Unavailable"),
    HTTPStatus.INSUFFICIENT_STORAGE: _("Insufficient Storage"),
}
FRAMED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
CSRF_MESSAGE = _(
    "This page was open for too long, or another site sent you here, so nothing was changed. Go back and reload the "
    "page; what you typed into an assembly is kept as a draft in this browser."
)
FORM_MESSAGE = _("This is larger than a form may be, so nothing was changed. Go back: what you typed is still there.")
TLS_MESSAGE = _("Use the https address: what you sent, your token included, could be read on its way.")
PAGE = """<!doctype html><html lang="{language}"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="{style}">
<main><h1>{title}</h1><p>{message}</p><p><a href="/">{home}</a></p></main></html>"""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answer(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answer(request, HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    return _answer(request, HTTPStatus.FORBIDDEN, code="csrf_failed", message=CSRF_MESSAGE)


def https_required(request: HttpRequest) -> HttpResponseBase:
    return _answer(request, HTTPStatus.FORBIDDEN, code="https_required", message=TLS_MESSAGE)


def form_too_large(request: HttpRequest) -> HttpResponseBase:
    return _answer(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="document_too_large", message=FORM_MESSAGE)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answer(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponseBase:
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def answer_named_error(request: HttpRequest, error: Exception) -> HttpResponseBase | None:
    """Return the answer to an error that has a name, or None for an unforeseen one, which ends as a plain 500."""
    answer = answer_of(error)
    if answer is None:
        return None
    response = _answer(request, HTTPStatus(answer.status), code=answer.code, message=answer.message)
    for name, value in answer.headers.items():
        response[name] = value
    return response


def _answer(request: HttpRequest, status: HTTPStatus, *, code: str = "", message: Any = "") -> HttpResponseBase:
    message = str(message or MESSAGES[status])
    if request.path_info.startswith(("/api", "/health")):
        return JsonResponse(error_body(code or status.name.lower(), message), status=status)
    title = TITLES.get(status, status.phrase)
    return (status in FRAMED and _framed(request, status, title, message)) or HttpResponse(
        format_html(
            PAGE,
            language=get_language(),
            title=title,
            message=message,
            style=static("assemblies/plain.css"),
            home=_("To the library"),
        ),
        status=status,
    )


def _framed(request: HttpRequest, status: HTTPStatus, title: Any, message: str) -> HttpResponseBase | None:
    """Return the page in the site's frame; None for who is not signed in, and while that cannot be asked."""
    # Pages are imported when one is wanted: commands and programs never pay for them.
    from assemblies.admin.page import render_page

    try:
        if not hasattr(request, "session"):
            return None
        if not hasattr(request, "user"):
            # What is refused before Django asks who it is: a form that is too large, whose body stays unread.
            request.user = get_user(request)
        if not request.user.is_active:
            return None
        return render_page(request, "admin/error.html", title=title, status=status, message=message)
    except (DatabaseError, Failure):
        return None
