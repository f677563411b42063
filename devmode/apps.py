"""Dev Mode as a Django application."""

from django.apps import AppConfig


class DevmodeConfig(AppConfig):
    name = "devmode"
    verbose_name = "Dev Mode"

    def ready(self) -> None:
        from devmode import account_audit, sessions

        account_audit.connect()
        sessions.connect()
