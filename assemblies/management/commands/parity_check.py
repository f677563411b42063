"""`parity_check`: does a live server answer as older clients expect? The staging checklist and its divergence table."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.utils import timezone

from assemblies.management.command import REFUSED, LibraryCommand
from assemblies.management.parity.checklist import Outcome, Verdict, go_through
from assemblies.management.parity.client import Client
from assemblies.management.parity.guide import write_table
from devmode.accounts.tokens import issue_token
from devmode.actor import Actor
from devmode.audit import AuditFacts, record
from devmode.audit.events import AccessEvent
from devmode.write_lock import write_transaction

GUIDE = Path("docs", "staging-guide.md")
TOKEN_SECONDS = 300
MARKS = {Verdict.SAME: "same      ", Verdict.EXPLAINED: "explained ", Verdict.UNEXPLAINED: "DIFFERENT "}


class Command(LibraryCommand):
    help = (
        "Go through the staging checklist (tokens, enrolment, jobs, agents, upstream head, queue, persistence, "
        "aliases) against a live server, and write what differs from older servers into docs/staging-guide.md where "
        "that is there. Nothing is changed on the server. Exit code 1 where a difference is not explained, 2 where "
        "the server does not answer."
    )
    examples = """
        manage.py parity_check
        manage.py parity_check --json
        manage.py parity_check --url https://staging.example.org --token "$TOKEN" --guide guide.md
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="", help="The server (default: this installation's own address).")
        parser.add_argument(
            "--token", default="", help="An administrator's API token (default: one of this library, for five minutes)."
        )
        parser.add_argument("--guide", type=Path, default=None, help=f"Whose table is written (default {GUIDE}).")

    def work(self, *, url: str, token: str, guide: Path | None, **_options: Any) -> None:
        url = url or settings.PUBLIC_URL
        if not url.startswith(("http://", "https://")):
            raise CommandError("--url is an address that begins with http:// or https://.", returncode=REFUSED)
        with administrators_token(token) as usable:
            outcomes = gone_through(Client(url, usable))
        file = guide or settings.ROOT / GUIDE
        if guide or file.is_file():
            write_table(file, outcomes)
        counts = Counter(one.verdict for one in outcomes)
        facts = {verdict.value: counts[verdict] for verdict in Verdict}
        self.answer({"url": url, "checks": [one.json() for one in outcomes], **facts}, _lines(outcomes))
        if count := counts[Verdict.UNEXPLAINED]:
            raise CommandError(f"{count} difference{'' if count == 1 else 's'} not explained")


def gone_through(client: Client) -> list[Outcome]:
    try:
        return list(go_through(client))
    except OSError as error:
        raise CommandError(f"{client.url} does not answer: {error}", returncode=REFUSED) from error


@contextmanager
def administrators_token(token: str) -> Iterator[str]:
    """Yield the token that was given, or a new one of the library's first administrator that ends with this."""
    if token:
        yield token
        return
    user = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if user is None:
        raise CommandError("There is no active administrator; give a --token.", returncode=REFUSED)
    actor, now = Actor.of_command("parity_check"), timezone.now()
    with write_transaction():
        made, kept = issue_token(user, ttl_seconds=TOKEN_SECONDS, now=now, made_by_command=True)
        detail = {"user": user.get_username(), "prefix": kept.prefix, "ttl_seconds": TOKEN_SECONDS}
        record(AuditFacts(actor=actor, event=AccessEvent.CREATE_TOKEN, detail=detail), now=now)
    try:
        yield made
    finally:
        with write_transaction():
            kept.delete()


def _lines(outcomes: list[Outcome]) -> Iterator[str]:
    for one in outcomes:
        differs = "" if one.verdict is Verdict.SAME else f" (older servers: {one.check.older})"
        yield f"{MARKS[one.verdict]}{one.check.area}: {one.check.call} → {one.observed}{differs}"
