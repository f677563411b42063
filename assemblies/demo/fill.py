"""Fill a library that was just prepared: what five people do in some weeks, in the order in which it would happen."""

from pathlib import Path

from django.contrib.auth.models import User

from assemblies.demo.people import People, introduce_people
from assemblies.demo.story import Story
from assemblies.errors import Refusal
from assemblies.models import JournalHead
from assemblies.payloads import PayloadStore


class LibraryNotEmpty(Refusal):
    default_message = "This library is in use: a demonstration is only ever filled into one of its own."


def fill(store: PayloadStore, place: Path) -> People:
    """Fill the library, publish its official catalogue at `place`, and return the people, passwords included.

    Raises LibraryNotEmpty when the library has known an assembly or a second account, or `place` is there already.
    """
    if JournalHead.objects.filter(sequence__gt=0).exists() or User.objects.count() > 1 or place.exists():
        raise LibraryNotEmpty
    people = introduce_people()
    Story(people, store, place).tell()
    return people
