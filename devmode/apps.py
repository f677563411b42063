"""Dev Mode as a Django application."""

from django.apps import AppConfig
from django.core.signals import request_started


class DevmodeConfig(AppConfig):
    name = "devmode"
    verbose_name = "Dev Mode"

    def ready(self) -> None:
        from devmode.accounts import account_audit
        from devmode.disk_reserve import make_room
        from devmode.grants import sessions

        account_audit.connect()
        sessions.connect()
        request_started.connect(make_room)
