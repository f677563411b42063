"""Dev Mode as a Django application."""

from django.apps import AppConfig
from django.core.signals import request_started
from django.db.backends.signals import connection_created


class DevmodeConfig(AppConfig):
    name = "devmode"
    verbose_name = "Dev Mode"

    def ready(self) -> None:
        from devmode.accounts import account_audit
        from devmode.disk_reserve import make_room
        from devmode.grants import sessions
        from devmode.kept_connection import judge_by_file

        account_audit.connect()
        sessions.connect()
        connection_created.connect(judge_by_file)
        request_started.connect(make_room)
