"""Every address of the server."""

from django.urls import path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from assemblies.api.browsing import DocsView, SchemaView, UnknownView
from assemblies.api.health import HealthView, ReadinessView
from assemblies.api.metrics import read_metrics
from devmode.site.access_page import AccessView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    # Named, not imported, and so is the API: what tells that the server is there needs neither.
    path("admin/", ("borealis_assemblies.admin_urls", "admin", "admin")),
    path("i18n/setlang/", set_language, name="set_language"),
    path("account/access", AccessView.as_view(), name="own-access"),
    path("health", HealthView.as_view(), name="health"),
    path("health/ready", ReadinessView.as_view(), name="health-ready"),
    path("metrics", read_metrics, name="metrics"),
    path("api/schema", SchemaView.as_view(), name="api-schema"),
    path("api/docs", DocsView.as_view(), name="api-docs"),
    path("api/", ("devmode.api.urls", None, None)),  # type: ignore[arg-type]  # as `include` gives it, by name
    path("api/", ("assemblies.api.urls", None, None)),  # type: ignore[arg-type]  # as `include` gives it, by name
    path("api", UnknownView.as_view(), name="api-root"),
    path("api/<path:rest>", UnknownView.as_view(), name="api-unknown"),
]
handler400 = "borealis_assemblies.errors.bad_request"
handler403 = "borealis_assemblies.errors.permission_denied"
handler404 = "borealis_assemblies.errors.page_not_found"
handler500 = "borealis_assemblies.errors.server_error"
