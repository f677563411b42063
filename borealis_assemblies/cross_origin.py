"""Pages of other origins that may call the API: those the settings name, letter by letter, and no others.

Nothing is reflected: an Origin that is not listed gets the answer it would get anyway, without a header that lets its
page read it.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

PATHS = ("/api/", "/health")
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
SENT_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-CSRFToken"
READ_HEADERS = "Content-Disposition, ETag, Location, Retry-After, X-Borealis-Revision"
PREFLIGHT_SECONDS = "600"


class CrossOrigin:
    """Answer preflights of listed origins, and let their pages read the API's answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        origin = request.headers.get("Origin", "")
        if not settings.CORS_ALLOWED_ORIGINS or not request.path_info.startswith(PATHS):
            return self.get_response(request)
        if origin not in settings.CORS_ALLOWED_ORIGINS:
            response = self.get_response(request)
        elif request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response = allowed(preflight_answer(), origin)
        else:
            response = allowed(self.get_response(request), origin)
        patch_vary_headers(response, ["Origin"])
        return response


def preflight_answer() -> HttpResponse:
    return HttpResponse(
        status=204,
        headers={
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": SENT_HEADERS,
            "Access-Control-Max-Age": PREFLIGHT_SECONDS,
        },
    )


def allowed(response: HttpResponse, origin: str) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = origin
    response["Access-Control-Allow-Credentials"] = "true"
    response["Access-Control-Expose-Headers"] = READ_HEADERS
    return response
