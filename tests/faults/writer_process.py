"""A process of writers: changes a few shared rows as fast as it can and prints what it saw, one JSON line per write.

Arguments: number of threads, seconds, the GUIDs. Runs on the databases its environment names.
"""

import json
import os
import sys
from threading import Thread
from time import monotonic

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borealis_assemblies.settings")
    django.setup()
    threads, seconds, *guids = sys.argv[1:]
    deadline = monotonic() + float(seconds)
    workers = [Thread(target=write, args=(number, guids, deadline)) for number in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def write(number: int, guids: list[str], deadline: float) -> None:
    from django.db import connections

    from assemblies.actions.update import update
    from assemblies.catalogue import library_catalogue
    from assemblies.conf import payload_store
    from devmode.actor import Actor
    from tests.permits import may_update

    actor, count = Actor.of_command(f"writer-{os.getpid()}-{number}"), 0
    while monotonic() < deadline:
        guid, count = guids[count % len(guids)], count + 1
        started = monotonic()
        text = f"{os.getpid()}-{number}-{count}"
        receipt = update(
            guid, {"summary": text}, payload=text.encode(), permit=may_update(actor), store=payload_store()
        )
        waited = monotonic() - started
        seen = library_catalogue().current().entries[guid].revision
        line = {"guid": guid, "revision": receipt.revision, "seen": seen, "waited": waited, "text": text}
        # One write per line: lines of two threads must not run into each other.
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    connections.close_all()


if __name__ == "__main__":
    main()
