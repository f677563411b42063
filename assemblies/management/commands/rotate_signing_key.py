"""`rotate_signing_key`: another key signs what devices run."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils import timezone

from assemblies.audit_events import LibraryEvent
from assemblies.fleet.audit import permit_of
from assemblies.fleet.rotation import rotate_signing_key
from assemblies.management.command import LibraryCommand
from devmode.actor import Actor

ACTOR = Actor.of_command("rotate_signing_key")


class Command(LibraryCommand):
    help = (
        "Make a new key that signs what devices run. Devices learn it from a statement that the key so far signed; "
        "what that one signed counts for 30 days more. Copy the file to every other node at once, then build and sign "
        "the agent again."
    )
    examples = """
        manage.py rotate_signing_key
        manage.py rotate_signing_key --revoke        somebody else has seen the key so far
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--revoke", action="store_true", help="Let nothing count that the key so far signed.")

    def work(self, *, revoke: bool, **_options: Any) -> None:
        permit = permit_of(ACTOR, LibraryEvent.ROTATE_SIGNING_KEY)
        done = rotate_signing_key(is_revoked=revoke, permit=permit, now=timezone.now())
        facts = {
            "fingerprint": done.fingerprint,
            "previous_fingerprint": done.previous,
            "retire_after": done.retire_after.isoformat(),
            "file": str(settings.SIGNING_KEY_FILE),
        }
        until = "nothing any more" if revoke else f"until {done.retire_after:%Y-%m-%d}"
        lines = [
            f"New key {done.fingerprint}",
            f"Key before {done.previous}, counts {until}",
            f"Copy {settings.SIGNING_KEY_FILE} to every other node now.",
        ]
        self.answer(facts, lines)
