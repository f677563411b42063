"""Errors that no endpoint answered: JSON for programs, a plain page for people. Nothing here asks a database."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from assemblies.api.errors import error_body

MESSAGES = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.FORBIDDEN: "You may not do this.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on the server; engine.log says what.",
}
PAGE = "<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1><p>{message}</p>"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answer(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answer(request, HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _answer(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponseBase:
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer(request: HttpRequest, status: HTTPStatus) -> HttpResponseBase:
    message = MESSAGES[status]
    if request.path_info.startswith(("/api", "/health")):
        return JsonResponse(error_body(status.name.lower(), message), status=status)
    return HttpResponse(PAGE.format(title=status.phrase, message=message), status=status)
