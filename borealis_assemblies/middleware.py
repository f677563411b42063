"""Requests as the URLs expect them, and answers as browsers should take them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from assemblies.web.uploads import announced_bytes, max_form_bytes, takes_uploads
from borealis_assemblies.errors import answer_named_error, form_too_large, https_required

GetResponse = Callable[[HttpRequest], HttpResponse]

DOCS_PATH = "/api/docs"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# The style sheet of the API's browser draws its icons from data: addresses.
DOCS_POLICY = POLICY.replace("img-src 'self'", "img-src 'self' data:")
# The kinds of bodies that Django reads by itself.
FORMS = {"multipart/form-data", "application/x-www-form-urlencoded"}
UNUSED_FEATURES = (
    "accelerometer camera display-capture geolocation gyroscope magnetometer microphone midi payment usb".split()
)
HEADERS = {
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES),
    "Cross-Origin-Resource-Policy": "same-origin",
}


class UrlPrefix:
    """Take the public address's path off requests that still have it, because the proxy passed them on as they were.

    What comes without it has lost it to the proxy, or came past the proxy; links have it always.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        prefix: str = settings.URL_PREFIX
        if prefix:
            if f"{request.path_info}/".startswith(f"{prefix}/"):
                request.path_info = request.path_info.removeprefix(prefix) or "/"
            request.path = f"{prefix}{request.path_info}"
        return self.get_response(request)


class TrailingSlash:
    """Let every API and health path work with and without its final slash, without a redirect that drops a body."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.endswith("/") and path.startswith(("/api/", "/health/", "/account/")):
            request.path_info = path.rstrip("/")
        return self.get_response(request)


class BrowserRules:
    """Tell browsers on every answer to run nothing but our own files, and caches to keep nothing that names no rule."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_docs = request.path_info.rstrip("/") == DOCS_PATH
        response["Content-Security-Policy"] = DOCS_POLICY if is_docs else POLICY
        for name, value in HEADERS.items():
            response[name] = value
        response.headers.setdefault("Cache-Control", "private, no-store")
        if "private" in response["Cache-Control"]:
            patch_vary_headers(response, ["Cookie", "Authorization"])
        return response


class CompressedPages(GZipMiddleware):
    """Compress pages, each with a random length more: how long it is tells nothing of a token in it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class TlsOnly:
    """Refuse, rather than redirect, calls of the API that came without TLS where the public address has it.

    A redirect would work and so hide that the client sends its token in the clear each time.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_api = request.path_info == "/api" or request.path_info.startswith("/api/")
        if settings.HTTPS and is_api and not request.is_secure():
            return https_required(request)
        return self.get_response(request)


class BoundedForms:
    """Refuse a form that says it is too large before the check of its CSRF token reads it, with its files.

    Unauthenticated clients can send forms, too. Only views that take files take more, and they check for themselves.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: tuple[Any, ...], _named: dict[str, Any]
    ) -> HttpResponseBase | None:
        if request.method != "POST" or request.content_type not in FORMS or takes_uploads(view):
            return None
        return form_too_large(request) if announced_bytes(request) > max_form_bytes() else None


class NamedErrors:
    """Answer what no endpoint and no page caught with its name and status, as far as it has one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return answer_named_error(request, error)
