"""A process that gives three payloads of the journal their files, in an order that strace watches.

Its argument plants a fault. Runs on the runtime root its environment names.
"""

import os
import stat
import sys

import django

FAULTS = ("", "no fsync of files", "no fsync of folders", "rows first")


def main(fault: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borealis_assemblies.settings")
    django.setup()
    from assemblies.actions.create import create
    from assemblies.conf import payload_store
    from assemblies.domains import Domain
    from assemblies.journal.payload_files import write_payload_files
    from assemblies.models import JournaledPayload
    from devmode.actor import Actor
    from tests.documents_made import script
    from tests.permits import may_create

    permit, store = may_create(Actor.of_command("files")), payload_store()
    for number in range(3):
        create(script(f"Number {number}", b"echo %d\n" % number), domain=Domain.USER, permit=permit, store=store)
    os.write(1, b"created\n")
    if fault == "rows first":
        rows = list(JournaledPayload.objects.all())
        JournaledPayload.objects.all().delete()
        store.write_files({row.guid: bytes(row.content) for row in rows})
    plant(fault)
    print(write_payload_files(store), flush=True)  # noqa: T201 - its output is what the test reads


def plant(fault: str) -> None:
    """Leave out what the fault says, of files or of folders, but never of a database."""
    real, is_of = os.fsync, stat.S_ISDIR if fault == "no fsync of folders" else stat.S_ISREG

    def fsync(descriptor: int) -> None:
        if not is_of(os.fstat(descriptor).st_mode):
            real(descriptor)

    if fault.startswith("no fsync"):
        os.fsync = fsync  # type: ignore[assignment]


if __name__ == "__main__":
    main(sys.argv[1])
