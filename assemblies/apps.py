"""The library as a Django application."""

from django.apps import AppConfig


class AssembliesConfig(AppConfig):
    name = "assemblies"
    verbose_name = "Assemblies"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from assemblies import checks
        from devmode.accounts import roles

        checks.register_all()
        post_migrate.connect(roles.ensure_groups, sender=self)
