"""Schedules as a Django application of its own; its tables are in the database `execution`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulesConfig(AppConfig):
    name = "assemblies.schedules"
    label = "schedules"
    verbose_name = _("Schedules")
    default_auto_field = "django.db.models.BigAutoField"
