"""The payload store: whether it answers, how many payloads it holds, and how much room is left."""

from dataclasses import dataclass

from django.core.files.storage import FileSystemStorage

from assemblies.actions.examine.asking import trouble_with
from assemblies.actions.examine.readiness import store_trouble
from assemblies.payloads import PayloadStore
from assemblies.payloads.failures import read_failures_named
from assemblies.payloads.free_space import DiskRoom
from assemblies.payloads.sweep import guid_directories


@dataclass(kw_only=True)
class StoreFacts:
    """What is cheap to know: counting objects in a far store would cost a question for each thousand of them."""

    trouble: str = ""
    count: int | None = None
    room: DiskRoom | None = None


def store_facts(store: PayloadStore) -> StoreFacts:
    facts = StoreFacts(trouble=store_trouble(store))
    if not facts.trouble:
        facts.trouble = trouble_with(lambda: _ask(facts, store))
    return facts


def _ask(facts: StoreFacts, store: PayloadStore) -> None:
    facts.room = store.find_room()
    if isinstance(store.storage, FileSystemStorage):
        with read_failures_named():
            facts.count = len(guid_directories(store.storage))
