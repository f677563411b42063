"""The API's own description, and a page to browse it."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from devmode.api.endpoint import PrivateAnswers


class SchemaView(PrivateAnswers, SpectacularAPIView):
    """OpenAPI 3, as YAML or JSON."""


class DocsView(PrivateAnswers, SpectacularSwaggerSplitView):
    """The page; its script is an answer of its own, so that a strict content security policy holds."""

    # Its OPTIONS would describe itself in a template that there is not.
    http_method_names = ["get", "head"]
    template_name = "api/docs.html"
    url_name = "api-schema"
