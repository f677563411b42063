"""What every endpoint shares: JSON whatever the client accepts, answers that no shared cache keeps, and calls that are
counted across processes and restarts where there is a limit.
"""

from datetime import timedelta
from typing import Any

from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from devmode.accounts.attempts import limit_of, take_attempt
from devmode.api.bodies import check_body_headers
from devmode.grants.principal import principal_of

SECRETS = {"access_token", "api_key", "authorization", "password", "secret", "sessionid", "token"}


class OneFormat(DefaultContentNegotiation):
    """Answer in the endpoint's one format; parsers are still chosen by the request's content type."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class PrivateAnswers(APIView):
    """Answers are for who asked: caches ask again each time, and never give one person's answer to another."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(response, "exception", False):
            request.accepted_renderer = error_renderer()
            request.accepted_media_type = request.accepted_renderer.media_type
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Cookie", "Authorization"])
        return response


class SecretInQuery(ParseError):
    default_detail = "Addresses are written to logs and histories: send secrets in a header or in the body, not here."
    default_code = "secret_in_query"


class PrivateEndpoint(PrivateAnswers):
    """A JSON endpoint for signed-in people and programs."""

    content_negotiation_class = OneFormat

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if SECRETS & {name.lower() for name in request.query_params}:
            raise SecretInQuery
        check_body_headers(request.headers, request.META)


def error_renderer() -> Any:
    """Return the renderer that errors leave with, whatever the endpoint's own answers are."""
    renderer_classes: Any = api_settings.DEFAULT_RENDERER_CLASSES
    return renderer_classes[0]()


class CountingThrottle(BaseThrottle):
    """At most `limit` attempts a minute by each account and address, then a lock-out if there is one."""

    scope: str
    limit: int
    lock_out = timedelta(0)

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Return True. Raises TooManyAttempts."""
        if request.method not in SAFE_METHODS:
            self.take(request)
        return True

    def take(self, request: Request) -> None:
        """Count one call. Raises TooManyAttempts."""
        who = principal_of(request)
        limit = limit_of(self.scope, who.user, who.remote_address, attempts=self.limit, lock_out=self.lock_out)
        take_attempt([limit])
