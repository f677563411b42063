"""`parity_check`: does a live server answer as older clients expect? The staging checklist and its divergence table,
which says what is meant to be different from older servers, and what is not."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.utils import timezone

from assemblies.durable_files import replace_file
from assemblies.management.command import REFUSED, LibraryCommand
from assemblies.management.parity.checklist import Outcome, Verdict, go_through
from assemblies.management.parity.client import Client
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
        file = guide or settings.ROOT / GUIDE
        if guide or file.is_file():
            # Said before the server is asked anything.
            around_table(file)
        with administrators_token(token) as usable:
            outcomes = gone_through(Client(url, usable))
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


BEGIN, END = "<!-- begin: written by parity_check -->", "<!-- end -->"


def table_of(outcomes: Iterable[Outcome]) -> str:
    """Return the table, without what is the same."""
    lines = ["| area | call | older servers | this server | why |", "|---|---|---|---|---|"]
    for one in outcomes:
        if one.verdict is not Verdict.SAME:
            why = one.check.why if one.verdict is Verdict.EXPLAINED else "**not explained**"
            cells = (one.check.area, f"`{one.check.call}`", one.check.older, one.observed, why)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def around_table(guide: Path) -> tuple[str, str]:
    """Return what stands before and after the table of a guide. Raises CommandError where it has no place for one."""
    lines = f"a line {BEGIN} and one {END}; the table is written between them"
    if not guide.is_file():
        raise CommandError(f"There is no file {guide}. Make one with {lines}.", returncode=REFUSED)
    before, begin, rest = guide.read_text(encoding="utf-8").partition(BEGIN)
    _table, end, after = rest.partition(END)
    if not (begin and end):
        raise CommandError(f"{guide} has no place for the table. Put in {lines}.", returncode=REFUSED)
    return before, after


def write_table(guide: Path, outcomes: Iterable[Outcome]) -> None:
    before, after = around_table(guide)
    replace_file(guide, f"{before}{BEGIN}\n{table_of(outcomes)}\n{END}{after}".encode())
