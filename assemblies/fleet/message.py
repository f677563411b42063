"""One message of a device: its proof is spent, it is counted, and what it says is done, in one transaction.

A fleet costs as many commits as it sends messages. What is refused is spent and counted all the same.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from assemblies.errors import LibraryError
from assemblies.execution.transitions import ALIAS
from assemblies.fleet.errors import RateLimited
from assemblies.fleet.limits import Limit, count_request, refuse_exhausted
from assemblies.fleet.proofs import Proof, use_proof
from devmode.write_lock import write_transaction

Done = TypeVar("Done")


def take_message(
    act: Callable[[], Done | LibraryError], *, limit: Limit, spent: Proof | None = None, now: datetime
) -> Done:
    """Call `act` in a transaction and return what it does; `spent` is the proof of a message that counts once.

    What `act` raises undoes its own writes alone; an error that it returns is raised with its writes committed.
    Raises DpopReplayed, RateLimited, and what `act` raises.
    """
    if spent is None:
        refuse_exhausted(limit, now)
    with write_transaction(ALIAS):
        if spent is not None:
            use_proof(spent, now=now)
        done = _done(act) if count_request(limit, now=now) else RateLimited()
    if isinstance(done, LibraryError):
        raise done
    return done


def _done(act: Callable[[], Done | LibraryError]) -> Done | LibraryError:
    try:
        with transaction.atomic(ALIAS):
            return act()
    except LibraryError as error:
        return error
