"""Execution as a Django application of its own; its tables are in the database `execution`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExecutionConfig(AppConfig):
    name = "assemblies.execution"
    label = "execution"
    verbose_name = _("Runs")
    default_auto_field = "django.db.models.BigAutoField"
