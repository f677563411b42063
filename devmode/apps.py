"""Dev Mode as a Django application."""

from django.apps import AppConfig


class DevmodeConfig(AppConfig):
    name = "devmode"
    verbose_name = "Dev Mode"

    def ready(self) -> None:
        from devmode.accounts import account_audit
        from devmode.grants import sessions

        account_audit.connect()
        sessions.connect()
