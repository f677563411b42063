"""A process that changes a prepared library step by step, to be killed at any instruction; or one that checks it after.

`work` prints a JSON line for each acknowledged change, `check` one JSON object with what it found. Runs on the runtime
root its environment names.
"""

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import django

ACTOR_NAME = "crash"
GUIDS = [f"{number:040x}" for number in range(1, 7)]


class InOneThread(Executor):
    """Does at once what a pool of threads would do: strace counts the calls of each thread for itself."""

    def __init__(self, _threads: int) -> None: ...

    def submit(self, do: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(do(*args, **named))
        except Exception as error:
            future.set_exception(error)
        return future


def set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borealis_assemblies.settings")
    django.setup()
    from assemblies.payloads import durable_storage

    durable_storage.ThreadPoolExecutor = InOneThread  # type: ignore[attr-defined, assignment]


def main() -> None:
    set_up()
    {"work": work, "check": check}[sys.argv[1]]()


def say(value: Any) -> None:
    print(json.dumps(value), flush=True)  # noqa: T201 - its output is what the test reads


def work() -> None:
    from assemblies.actions.attach import attach
    from assemblies.actions.change import Receipt
    from assemblies.actions.create import create
    from assemblies.actions.delete import delete
    from assemblies.actions.import_documents import OnConflict, import_documents
    from assemblies.actions.revert import revert
    from assemblies.actions.update import update
    from assemblies.conf import payload_store
    from assemblies.domains import Domain
    from assemblies.journal.flush import flush
    from devmode.actor import Actor
    from tests.documents_made import script
    from tests.permits import may_attach, may_create, may_delete, may_import, may_revert, may_update

    actor, store = Actor.of_command(ACTOR_NAME), payload_store()

    def acknowledge(*receipts: Receipt) -> None:
        say([[receipt.guid, receipt.revision] for receipt in receipts])

    first = create(script("First", guid=GUIDS[0]), domain=Domain.USER, permit=may_create(actor), store=store)
    acknowledge(first)
    acknowledge(update(GUIDS[0], {"summary": "2"}, payload=b"echo second\n", permit=may_update(actor), store=store))
    flush()
    documents = [script(f"Imported {n}", b"echo %d\n" % n, guid=GUIDS[n]) for n in (1, 2, 3)]
    policy = OnConflict.UPDATE
    acknowledge(
        *import_documents(documents, domain=Domain.OFFICIAL, on_conflict=policy, permit=may_import(actor), store=store)
    )
    acknowledge(
        attach(GUIDS[1], "a.txt", [b"attached"], mime_type="", max_bytes=99, permit=may_attach(actor), store=store)
    )
    acknowledge(delete(GUIDS[2], permit=may_delete(actor)))
    flush()
    acknowledge(revert(GUIDS[0], sequence=first.revision, permit=may_revert(actor), store=store))
    acknowledge(create(script("Last", guid=GUIDS[4]), domain=Domain.COMMUNITY, permit=may_create(actor), store=store))
    flush()


def check() -> None:
    """Verify everything, replay what is pending, twice, verify it again with nothing but files, and write once more."""
    from django.utils import timezone

    from assemblies.actions.create import create
    from assemblies.conf import payload_store
    from assemblies.domains import Domain
    from assemblies.inspection.verify import verify_library
    from assemblies.journal.flush import flush
    from assemblies.models import JournaledPayload, JournalEntry, replica_model
    from assemblies.payloads import PayloadStore
    from devmode.actor import Actor
    from tests.documents_made import script
    from tests.permits import may_create

    def replicas() -> list[list[Any]]:
        models = [replica_model(domain) for domain in Domain]
        return [list(model.objects.order_by("guid").values_list("guid", "content")) for model in models]

    before = verify_library(payload_store(), now=timezone.now())
    flush()
    once = replicas()
    again = flush()
    found = verify_library(PayloadStore(payload_store().storage), now=timezone.now())
    rows_left = JournaledPayload.objects.count()
    receipt = create(
        script("After", guid=GUIDS[5]),
        domain=Domain.USER,
        permit=may_create(Actor.of_command("check")),
        store=payload_store(),
    )
    by_crash = JournalEntry.objects.filter(actor=f"command:{ACTOR_NAME}").order_by("sequence")
    say(
        {
            "journal": list(by_crash.values_list("assembly_guid", "sequence")),
            "replayed_the_same": once == replicas() and not any(again.values()),
            "findings": [str(finding) for finding in (*before.findings, *found.findings)],
            "rows_left": rows_left,
            "writable": receipt.changed,
        }
    )


if __name__ == "__main__":
    main()
