"""What an action wants to change, and what came of it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID, uuid5

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.actions.contents import folded_text_of, is_script_flagged
from assemblies.domains import Domain, Operation
from assemblies.errors import AssemblyNotFound
from assemblies.models import Assembly, Content

Rewrite = Callable[[Assembly | None, datetime], Content | None]
Alongside = Callable[[datetime], AbstractContextManager[None]]


class Outcome(models.TextChoices):
    """What became of one assembly, or of one document."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Unchanged")
    SKIPPED = "skipped", _("Skipped")


@dataclass(frozen=True, kw_only=True)
class Event:
    """A request that may be repeated: the same GUID, and the `digest` of the same request."""

    guid: str
    digest: str

    def part(self, number: int) -> "Event":
        """Return the event of one change of many, the same each time; the first stands for the whole."""
        return self if number == 0 else replace(self, guid=str(uuid5(UUID(self.guid), str(number))))


@dataclass(frozen=True, kw_only=True)
class Change:
    """One intended change of one assembly.

    `rewrite(row, now)` runs inside the transaction, on the locked row or None, and returns the content the assembly
    is to have, or None to delete it; it must be quick and pure. `domain` is where the assembly would land; None means
    where it lives. `expected_revision` is the revision the caller saw. `search_text` is the new payload's text; None
    keeps the old. `claims_guid` lets a sync of the official catalogue take its own GUID from a row of another domain
    that was moved away earlier in the same action; nothing else may ask for that.
    """

    guid: str
    operation: Operation
    rewrite: Rewrite
    domain: Domain | None = None
    expected_revision: int | None = None
    search_text: str | None = None
    event: Event | None = None
    claims_guid: bool = False

    @cached_property
    def is_script_flagged(self) -> bool:
        """Whether the new payload's text contains hidden characters."""
        return is_script_flagged(self.search_text or "")

    @cached_property
    def folded_text(self) -> str:
        """The new payload's text as it is searched; empty where that is the text itself."""
        return folded_text_of(self.search_text or "")


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What was made durable. `content` is None after a deletion; `changed` is False when there was nothing to do.

    `skipped` is True where the caller wanted what is there to be left alone, `first` where nothing ever had that GUID.
    """

    guid: str
    domain: Domain
    operation: Operation
    revision: int
    content: Content | None
    created: bool
    changed: bool
    skipped: bool = False
    first: bool = False

    @property
    def outcome(self) -> Outcome:
        if self.changed:
            return Outcome.CREATED if self.created else Outcome.UPDATED
        return Outcome.SKIPPED if self.skipped else Outcome.UNCHANGED


Finish = Callable[[Sequence[Receipt], datetime], None]


def get_live(guid: str) -> Assembly:
    """Return the assembly. Raises AssemblyNotFound when there is none or it was deleted."""
    return require_live(Assembly.objects.filter(guid=guid).first(), guid)


def require_live(row: Assembly | None, guid: str) -> Assembly:
    """Return `row`, which must be a live assembly. Raises AssemblyNotFound."""
    if row is None or row.deleted_at is not None:
        raise AssemblyNotFound(assembly_guid=guid)
    return row
