"""The upstream repository as a Django application of its own; its table is in `default`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpstreamConfig(AppConfig):
    name = "assemblies.upstream"
    label = "upstream"
    verbose_name = _("Upstream")
    default_auto_field = "django.db.models.BigAutoField"
