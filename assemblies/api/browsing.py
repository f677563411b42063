"""The API's own description, a page to browse it, and the addresses that nothing answers."""

from typing import Any

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from devmode.api.endpoint import PrivateAnswers, PrivateEndpoint


class SchemaView(PrivateAnswers, SpectacularAPIView):
    """OpenAPI 3, as YAML or JSON."""


class DocsView(PrivateAnswers, SpectacularSwaggerSplitView):
    """The page; its script is an answer of its own, so that a strict content security policy holds."""

    # Its OPTIONS would describe itself in a template that there is not.
    http_method_names = ["get", "head"]
    template_name = "api/docs.html"
    url_name = "api-schema"


@extend_schema(exclude=True)
class UnknownView(PrivateEndpoint):
    """There is nothing at this address."""

    def _refuse(self, request: Request, **_path: Any) -> None:
        raise NotFound("There is nothing at this address.")

    get = post = put = patch = delete = _refuse
