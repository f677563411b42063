"""A published folder, synchronised."""

from pathlib import Path
from typing import Any

from assemblies.models import Assembly
from assemblies.official.report import SyncReport
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.official.published_folder import guid, source_of
from tests.permits import may_sync

PUBLISHED = 5
# A GUID of the catalogue that a row of another domain may have.
TAKEN = guid(7)


def run(folder: Path, store: PayloadStore, actor: Actor, **options: Any) -> SyncReport:
    return sync(source_of(folder), permit=may_sync(actor), store=store, **options)


def official(number: int) -> Assembly:
    return Assembly.objects.get(guid=guid(number))
