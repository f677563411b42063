"""Watch the upstream head: is there an update of the official source, and is it to be taken over by itself?"""

import logging
from threading import Event
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections

from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import LibraryError
from assemblies.models import SyncRecord
from assemblies.official.open_source import open_source
from assemblies.official.sync import sync
from assemblies.upstream.head import current_head, known_head
from devmode.actor import Actor

logger = logging.getLogger(f"borealis.engine.{__name__}")
ACTOR = Actor.of_command("scheduler")


def watch_upstream(stopped: Event) -> None:
    """Look every BOREALIS_REPO_HASH_REFRESH seconds until `stopped` is set; nothing is done without a repository."""
    refused = ""
    while not stopped.is_set():
        try:
            refused = look(refused)
        except (DatabaseError, LibraryError, OSError) as error:
            logger.warning("upstream: %s", error)
        except Exception:
            # Whatever the hosting API sends, or a source contains, the next look may find something else.
            logger.critical("upstream: the look failed", exc_info=True)
        finally:
            connections.close_all()
        stopped.wait(settings.REPO_HASH_REFRESH)


def look(refused: str = "") -> str:
    """Refresh the head; synchronise where that is switched on and there is an update.

    `refused` is the head whose sync was refused before: it is not tried again. Returns the one that is refused now.
    """
    if not settings.REPO:
        return refused
    current_head(settings.REPO, settings.REPO_BRANCH, ttl_seconds=settings.REPO_HASH_REFRESH)
    update = find_update()
    if not settings.OFFICIAL_SYNC_ON_UPDATE or not update or update == refused:
        return refused
    try:
        permit = get_permit(ACTOR, LibraryEvent.SYNC, Domain.OFFICIAL)
        sync(open_source(), permit=permit, store=payload_store(), keep_local=True)
    except LibraryError as error:
        logger.warning("upstream: the sync to %s was refused: %s", update, error)
        return update
    return ""


def find_update() -> str:
    """Return the head that the official source has and the catalogue has not, or nothing. Contacts nobody.

    Only where the official source is the upstream repository, at its branch, and was synchronised before.
    """
    if not settings.REPO or not _is_official_source():
        return ""
    record = SyncRecord.objects.filter(outcome=SyncRecord.Outcome.DONE, undo_of=None).order_by("-pk").first()
    head = known_head(settings.REPO, settings.REPO_BRANCH)
    is_behind = record is not None and bool(head) and record.source_version != head
    return head if is_behind else ""


def _is_official_source() -> bool:
    path = urlsplit(str(settings.OFFICIAL_SOURCE)).path.removesuffix("/").removesuffix(".git")
    is_repo = path.lower().endswith(f"/{settings.REPO.lower()}")
    return is_repo and settings.OFFICIAL_REF == settings.REPO_BRANCH
