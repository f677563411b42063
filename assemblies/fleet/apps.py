"""The fleet as a Django application of its own; its tables are in the database `execution`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FleetConfig(AppConfig):
    name = "assemblies.fleet"
    label = "fleet"
    verbose_name = _("Devices")
    default_auto_field = "django.db.models.BigAutoField"
