"""`create_token`: an API token for a program, alone on stdout, shown this once."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.utils import timezone

from assemblies.management.command import LibraryCommand
from assemblies.management.preparation import check_secret_key
from devmode.accounts.tokens import issue_token
from devmode.actor import Actor
from devmode.audit import AuditFacts, record
from devmode.audit.events import AccessEvent
from devmode.write_lock import write_transaction


class Command(LibraryCommand):
    help = "Print a new API token of a user, alone on stdout. It is kept as a digest only and cannot be shown again."
    examples = """
        manage.py create_token admin
        TOKEN=$(manage.py create_token backup --ttl 86400)
        curl -H "Authorization: Token $TOKEN" http://127.0.0.1:5000/api/assemblies
    """
    offers_json = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--ttl",
            type=int,
            default=settings.API_TOKEN_TTL_SECONDS,
            metavar="SECONDS",
            help=f"How long it is valid (default {settings.API_TOKEN_TTL_SECONDS}).",
        )

    def work(self, *, username: str, ttl: int, **_options: Any) -> None:
        # No other node would know the token.
        check_secret_key()
        if ttl < 1:
            raise CommandError("--ttl is at least 1 second.")
        user = get_user_model().objects.filter(username=username).first()
        if user is None or not user.is_active:
            raise CommandError(f"There is no active user {username!r}.")
        actor = Actor.of_command("create_token")
        now = timezone.now()
        with write_transaction():
            token, kept = issue_token(user, ttl_seconds=ttl, now=now, made_by_command=True)
            detail = {"user": username, "prefix": kept.prefix, "ttl_seconds": ttl}
            record(AuditFacts(actor=actor, event=AccessEvent.CREATE_TOKEN, detail=detail), now=now)
        self.stdout.write(token)
