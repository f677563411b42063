"""Requests as the URLs expect them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


class TrailingSlash:
    """Let every API and health path work with and without its final slash, without a redirect that drops a body."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.endswith("/") and path.startswith(("/api/", "/health/")):
            request.path_info = path.rstrip("/")
        return self.get_response(request)
