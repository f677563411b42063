"""`prepare`: make the library ready to serve. Run it as often as you like."""

from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from assemblies.actions.hydrate import HydrationReport, adopt_replica, rebuild_replica
from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.management.command import LibraryCommand, domain_argument
from assemblies.management.preparation import FirstAdministrator, KeyRule, Preparation, prepare
from devmode.actor import Actor

SHOWN_GUIDS = 10
ACTOR = Actor.of_command("prepare")


class Command(LibraryCommand):
    help = (
        "Make directories, migrate every database, take in what the domain databases hold, "
        "and make the first administrator when there is no user. Changes nothing that is already as it should be."
    )
    examples = """
        manage.py prepare
        manage.py prepare --json
        manage.py prepare --adopt-replica community     the community database's rows win
        manage.py prepare --rebuild-replica official    the journal wins; a copy of the file is kept
        manage.py prepare --new-library                 go on with what is here, though the rest is missing
        manage.py prepare --rebuild-working-copy        after verify_library found it differing from the journal
        manage.py prepare --adopt-secret-key            after a restore without the earlier key
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        for option, meaning in (
            ("--adopt-replica", "Take this domain database's differing rows as new revisions."),
            ("--rebuild-replica", "Rebuild this domain database from the journal."),
        ):
            parser.add_argument(
                option, action="append", type=domain_argument, metavar="DOMAIN", help=f"{meaning} (repeatable)"
            )

        parser.add_argument(
            "--new-library", action="store_true", help="Go on with what is here when a part of the library is missing."
        )
        parser.add_argument(
            "--rebuild-working-copy",
            action="store_true",
            help="Rebuild every row of the working copy from the journal.",
        )
        parser.add_argument(
            "--adopt-secret-key",
            action="store_true",
            help="Take this server's secret key where the library knows another one; that ends every token, session "
            "and stored credential.",
        )

    def work(self, **options: Any) -> None:
        adopt, rebuild = options["adopt_replica"] or [], options["rebuild_replica"] or []
        with self.progress() as progress:
            outcome = prepare(
                actor=ACTOR,
                step=progress.say,
                decided=[*adopt, *rebuild],
                new_library=options["new_library"],
                rebuilds_working_copy=options["rebuild_working_copy"],
                secret_key=KeyRule.ADOPTED if options["adopt_secret_key"] else KeyRule.REQUIRED,
            )
        decided = [
            adopt_replica(domain, permit=get_permit(ACTOR, LibraryEvent.ADOPT, domain), store=payload_store())
            for domain in adopt
        ]
        copies = {str(domain): rebuild_replica(domain) for domain in rebuild}
        self.answer(_facts(outcome, decided, copies), _lines(outcome, decided, copies))


def _facts(outcome: Preparation, decided: list[HydrationReport], copies: dict[str, str]) -> dict[str, Any]:
    administrator = outcome.administrator
    return {
        "migrations": outcome.migrations,
        "hydration": [asdict(report) for report in outcome.hydration],
        "seeding": [asdict(report) for report in outcome.seeding],
        "adopted_replicas": [asdict(report) for report in decided],
        "rebuilt_replicas": copies,
        "administrator": asdict(administrator) if administrator else None,
    }


def _lines(outcome: Preparation, decided: list[HydrationReport], copies: dict[str, str]) -> Iterator[str]:
    yield from preparation_lines(outcome)
    for report in decided:
        yield f"{report.domain}: its rows now are the library's"
        yield from hydration_lines(report)
    for domain, copy in copies.items():
        yield f"{domain}: will be rebuilt from the journal by the next flush{f'; kept {copy}' if copy else ''}"


def preparation_lines(outcome: Preparation) -> Iterator[str]:
    """Say what was done and found, a line per fact."""
    for alias, count in outcome.migrations.items():
        yield f"{alias}: {f'{count} migrations applied' if count else 'up to date'}"
    for report in outcome.hydration:
        yield from hydration_lines(report)
    for seeded in outcome.seeding:
        yield from seeded.lines()
    if outcome.administrator:
        yield from administrator_lines(outcome.administrator)


def hydration_lines(report: HydrationReport) -> Iterator[str]:
    """Say what was taken in from a domain database and what was not."""
    for guids, fact in (
        (report.adopted, "rows were new to the library and adopted"),
        (report.conflicts, "rows differ from the library's"),
        (report.without_payload, "rows lack their payload"),
    ):
        if guids:
            shown = ", ".join(guids[:SHOWN_GUIDS])
            yield f"{report.domain}: {len(guids)} {fact}: {shown}{', …' if len(guids) > SHOWN_GUIDS else ''}"
    if report.advice:
        yield report.advice


def administrator_lines(administrator: FirstAdministrator) -> Iterator[str]:
    yield f"First administrator: {administrator.username}"
    if administrator.password:
        yield f"Password: {administrator.password}   (shown this once; `manage.py changepassword` sets another)"
