"""A process that brings a prepared official catalogue to the next one, to be killed at any instruction; or one that
checks it after.

`work` prints a line when the sync is acknowledged, `check` one JSON object with what it found. Runs on the runtime root
its environment names; the folder of the catalogue is the second argument.
"""

import sys
from pathlib import Path
from typing import Any

from tests.faults.crash_process import say, set_up

TAKEN = f"{7:032x}"


def main() -> None:
    set_up()
    {"prepare": prepare, "work": work, "check": check}[sys.argv[1]](Path(sys.argv[2]))


def run(folder: Path) -> Any:
    from assemblies.conf import payload_store
    from assemblies.official.sync import sync
    from devmode.actor import Actor
    from tests.official.published_folder import source_of
    from tests.permits import may_sync

    return sync(source_of(folder), permit=may_sync(Actor.of_command("crash")), store=payload_store())


def prepare(folder: Path) -> None:
    """Fill the catalogue, and let a user's row take a GUID that the next catalogue publishes."""
    from assemblies.actions.create import create
    from assemblies.conf import payload_store
    from assemblies.domains import Domain
    from assemblies.journal.flush import flush
    from devmode.actor import Actor
    from tests.documents_made import script
    from tests.permits import may_create

    run(folder)
    actor = Actor.of_command("crash")
    create(
        script("Mine", b"echo mine\n", guid=TAKEN), domain=Domain.USER, permit=may_create(actor), store=payload_store()
    )
    flush()
    say(catalogue())


def work(folder: Path) -> None:
    run(folder)
    say("done")


def check(folder: Path) -> None:
    """Replay what is pending, twice, verify everything, and synchronise once more."""
    from django.utils import timezone

    from assemblies.conf import payload_store
    from assemblies.domains import Domain
    from assemblies.inspection.verify import verify_library
    from assemblies.journal.flush import flush
    from assemblies.models import OfficialAssembly, replica_model

    found = catalogue()
    flush()
    replicas = [
        list(replica_model(domain).objects.order_by("guid").values_list("guid", "content")) for domain in Domain
    ]
    again = flush()
    findings = verify_library(payload_store(), now=timezone.now()).findings
    persisted = dict(OfficialAssembly.objects.values_list("guid", "payload_sha256"))
    run(folder)
    say(
        {
            "catalogue": found,
            "replica": persisted,
            "replayed_the_same": not any(again.values()) and sum(map(len, replicas)) == len(persisted) + 1,
            "findings": [str(finding) for finding in findings],
            "healed": catalogue(),
        }
    )


def catalogue() -> dict[str, Any]:
    """Return what the catalogue contains, what is known of the source, how many syncs there were, whose TAKEN is."""
    from assemblies.domains import Domain
    from assemblies.models import Assembly, SyncRecord, UpstreamDocument

    live = Assembly.objects.live()
    return {
        "official": dict(live.of_domain(Domain.OFFICIAL).values_list("guid", "payload_sha256")),
        "upstream": dict(UpstreamDocument.objects.values_list("guid", "content_hash")),
        "syncs": SyncRecord.objects.count(),
        "owner": live.get(guid=TAKEN).domain,
        "own": list(live.of_domain(Domain.USER).values_list("display_name", flat=True)),
    }


if __name__ == "__main__":
    main()
