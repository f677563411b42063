"""The parts of the library, one question each: trouble with a part is a result like any other."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.storage import FileSystemStorage
from django.db import Error as DatabaseError
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from assemblies.databases import DEFAULT, REPLICAS
from assemblies.errors import Failure
from assemblies.journal.flush import explain
from assemblies.models import JournalHead, Watermark
from assemblies.payloads import PayloadStore
from assemblies.payloads.failures import read_failures_named
from assemblies.payloads.free_space import DiskRoom
from assemblies.payloads.sweep import guid_directories

logger = logging.getLogger(f"borealis.engine.{__name__}")
SOME_PAYLOAD = "00000000-0000-4000-8000-000000000000/payload"


@dataclass(kw_only=True)
class StoreFacts:
    """What is cheap to know: counting objects in a far store would cost a question for each thousand of them."""

    trouble: str = ""
    count: int | None = None
    room: DiskRoom | None = None


def trouble_with(question: Callable[[], object], alias: str = DEFAULT) -> str:
    """Call `question` about a database and return what is wrong in words without paths; "" when nothing is."""
    try:
        question()
    except (DatabaseError, Failure, OSError) as error:
        logger.warning("health: %s", error)
        return explain(error, alias)
    return ""


def database_trouble(alias: str) -> str:
    """Return why a database cannot be read, or ""."""
    return trouble_with(lambda: _read_from(alias), alias)


def _read_from(alias: str) -> object:
    """Read what only a prepared database contains."""
    if alias == DEFAULT:
        return JournalHead.objects.exists()
    if alias in REPLICAS:
        return Watermark.objects.using(alias).exists()
    return MigrationRecorder(connections[alias]).migration_qs.exists()


def store_trouble(store: PayloadStore) -> str:
    """Return why the payload store cannot be read, or ""."""
    return trouble_with(lambda: _reach(store))


def store_facts(store: PayloadStore, *, counts: bool = True) -> StoreFacts:
    """Return whether the payload store responds, how much room is left, and how many payloads it contains if wanted."""
    facts = StoreFacts(trouble=store_trouble(store))
    if not facts.trouble:
        facts.trouble = trouble_with(lambda: _measure(facts, store, counts=counts))
    return facts


def _reach(store: PayloadStore) -> bool:
    store.marker.require()
    with read_failures_named():
        return store.storage.exists(SOME_PAYLOAD)


def _measure(facts: StoreFacts, store: PayloadStore, *, counts: bool) -> None:
    facts.room = store.find_room()
    if counts and isinstance(store.storage, FileSystemStorage):
        with read_failures_named():
            facts.count = len(guid_directories(store.storage))
