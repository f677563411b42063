"""Persistence targets as a Django application of its own; its tables are in the database `execution`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TargetsConfig(AppConfig):
    name = "assemblies.targets"
    label = "targets"
    verbose_name = _("Persistence")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # In every process that writes to the queue: what one did not note would never be copied.
        from assemblies.execution import changes
        from assemblies.targets.outbox import Outbox

        changes.register(Outbox())
