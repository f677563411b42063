"""Make a library ready to serve: directories, schema, what the domain databases hold, the payload store's mark, and the
first administrator, without whom nobody could log in.

Idempotent, and two at once are safe: a file lock lets one go first and the other find everything done.
"""

import logging
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum, auto

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.db import connections
from django.utils import timezone

from assemblies.actions.hydrate import HydrationReport, hydrate_all
from assemblies.actions.permit import get_permit
from assemblies.actions.rebuild import rebuild_working_copy
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import StorageUnavailable
from assemblies.execution.models import WorkItemSecret
from assemblies.inspection.belonging import require_whole
from assemblies.journal.append import lock_head
from assemblies.journal.flush import flush
from assemblies.management.place import keep_reserve, make_directories, prepared_alone
from assemblies.management.schema import migrate_all, missing_migrations
from assemblies.models import StoreMark
from assemblies.official.seeding import SeedReport, seed_staged
from assemblies.payloads import PayloadStore
from devmode.accounts.secret_key import SecretKeyDiffers, adopt_secret_key, keep_fingerprint, require_same_key
from devmode.actor import Actor
from devmode.disk_reserve import make_room
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
Step = Callable[[str], object]
GENERATED_PASSWORD_BYTES = 15


class KeyRule(Enum):
    """What is to become of a secret key that is not the one `default` knows."""

    REQUIRED = auto()
    ADOPTED = auto()
    LEFT = auto()


@dataclass(frozen=True)
class FirstAdministrator:
    """The account just made; `password` only when it was generated, and available nowhere else."""

    username: str
    password: str | None


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """What preparing came to: migrations applied per alias, what hydrating found, what empty domains got from the
    staging root, the account made if any."""

    migrations: dict[str, int]
    hydration: list[HydrationReport]
    seeding: list[SeedReport]
    administrator: FirstAdministrator | None


def prepare(
    *,
    actor: Actor,
    step: Step = lambda _words: None,
    decided: Collection[Domain] = (),
    new_library: bool = False,
    rebuilds_working_copy: bool = False,
    secret_key: KeyRule = KeyRule.REQUIRED,
) -> Preparation:
    """Prepare everything; `step` is told what comes next.

    The caller lets the database or the journal win in `decided` domains; with `new_library` the library goes on with
    what is here; with `rebuilds_working_copy` each row is rebuilt from the journal first. Raises LibraryIncomplete
    when something is missing, CommandError where a database is not ours or was written under another secret key.
    """
    make_directories()
    make_room()
    with prepared_alone():
        require_whole(payload_store(), settings.LIBRARY_ID, decided=decided, begins=new_library)
        if secret_key is KeyRule.REQUIRED:
            check_secret_key()
        migrations = migrate_all(step)
        mark_store(payload_store(), replace=new_library)
        _decide_secret_key(secret_key, actor)
        if rebuilds_working_copy:
            step("rebuilding the working copy")
            rebuild_working_copy(permit=get_permit(actor, LibraryEvent.REBUILD, *Domain), store=payload_store())
        step("comparing the domain databases")
        permit = get_permit(actor, LibraryEvent.ADOPT, *Domain)
        hydration = hydrate_all(permit=permit, store=payload_store())
        step("seeding empty domains")
        seeding = seed_staged(permit=permit, store=payload_store())
        step("writing what is pending")
        flush()
        keep_reserve()
        return Preparation(
            migrations=migrations, hydration=hydration, seeding=seeding, administrator=ensure_administrator()
        )


def check_prepared() -> None:
    """Raise CommandError unless every database has this version's schema and was written under this secret key,
    LibraryIncomplete when one is missing.
    """
    make_directories()
    make_room()
    require_whole(payload_store(), settings.LIBRARY_ID)
    check_secret_key()
    behind = [alias for alias in connections if missing_migrations(alias)]
    if behind:
        raise CommandError(
            f"Not prepared: {', '.join(behind)}. Run `manage.py prepare`, or allow BOREALIS_ENGINE_AUTO_MIGRATE."
        )


def check_secret_key() -> None:
    """Raise CommandError when `default` was written under another secret key."""
    try:
        require_same_key()
    except SecretKeyDiffers as error:
        raise CommandError(str(error)) from error


def _decide_secret_key(rule: KeyRule, actor: Actor) -> None:
    if rule is KeyRule.ADOPTED:
        credentials = WorkItemSecret.objects.all()
        # What is left of them after a crash right here can be read by nobody.
        if adopt_secret_key(actor, detail={"credentials": credentials.count()}):
            credentials.delete()
    elif rule is KeyRule.REQUIRED:
        keep_fingerprint()


def mark_store(store: PayloadStore, *, replace: bool = False) -> None:
    """Write the marker unless that was done, then record it; one that cannot be written now is left to the next time.

    The record comes second: a crash between the two leaves a marker that is written once more.
    """
    with write_transaction():
        journal_id = lock_head().journal_id
    if StoreMark.owner() == journal_id and not replace:
        return
    try:
        store.marker.write(journal_id)
    except StorageUnavailable as error:
        logger.warning("prepare: the payload store was not marked: %s", error.__cause__ or error)
        return
    with write_transaction():
        StoreMark.objects.update_or_create(id=1, defaults={"journal_id": journal_id, "marked_at": timezone.now()})


def ensure_administrator() -> FirstAdministrator | None:
    """Make an administrator when there is no user at all; the caller must let nobody else in meanwhile."""
    if User.objects.exists():
        return None
    generated = None if settings.ADMIN_PASSWORD else secrets.token_urlsafe(GENERATED_PASSWORD_BYTES)
    User.objects.create_superuser(settings.ADMIN_USERNAME, password=generated or settings.ADMIN_PASSWORD)
    return FirstAdministrator(settings.ADMIN_USERNAME, generated)
