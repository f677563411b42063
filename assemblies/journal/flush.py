"""Flush: bring replicas up to date and record how far they are.

One domain's trouble never holds up another. The record in `default` is written after the domain's own commit, so it
may lag behind it and never leads; flushing again repairs a record that a crash left behind. Payloads that are in the
journal's database get their files first, so that a domain database next to the payload store is whole.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from time import monotonic

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError
from django.utils import timezone

from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import LibraryError
from assemblies.journal.payload_files import write_payload_files
from assemblies.journal.replica import bring_up_to_date
from assemblies.models import DomainState, Flush, JournalHead
from devmode.disk_faults import find_disk_fault
from devmode.sqlite_files import find_sqlite_file
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")


def flush(domains: Iterable[Domain] = tuple(Domain)) -> dict[str, int]:
    """Flush each domain; returns entries written per domain. What failed is in DomainState and in the log."""
    return {str(domain): flush_domain(domain) for domain in domains}


def flush_domain(domain: Domain) -> int:
    """Flush one domain. Returns the number of entries written; a failure is recorded, not raised."""
    started = monotonic()
    try:
        write_payload_files(payload_store())
        applied, sequence = bring_up_to_date(domain)
        # Of what was appended after the first time and copied: whatever counts as persisted has its payloads' files.
        write_payload_files(payload_store())
    except (DatabaseError, LibraryError, OSError) as error:
        _record_failure(domain, error)
        return 0
    finally:
        _let_go(domain)
    _record_success(domain, sequence, now=timezone.now())
    if applied:
        logger.info(
            "flush %s: %s entries up to %s in %.3f s, journal head %s", domain, applied, sequence,
            monotonic() - started, _head_hash(),
        )  # fmt: skip
    return applied


def _let_go(domain: Domain) -> None:
    """Close the domain's connection: one kept open would go on writing to a file that was moved away or replaced."""
    connection = connections[domain.alias]
    if not connection.in_atomic_block:
        connection.close()


def _head_hash() -> str:
    """The head's hash in the log lets a cut tail of the journal be noticed later."""
    head = JournalHead.objects.get(id=1)
    return f"{head.sequence}:{head.hash}"


def _record_success(domain: Domain, sequence: int, *, now: datetime) -> None:
    state = DomainState.objects.filter(domain=domain).first()
    known, attempts = (state.persisted_sequence, state.attempts) if state else (0, 0)
    if known >= sequence and not attempts:
        return
    with write_transaction():
        state, _created = DomainState.objects.select_for_update().get_or_create(domain=domain)
        if sequence > state.persisted_sequence:
            Flush.objects.create(domain=domain, persisted_sequence=sequence, flushed_at=now)
            state.persisted_sequence, state.last_flush_at = sequence, now
        state.last_attempt_at, state.attempts, state.last_error = now, 0, ""
        state.version += 1
        state.save()


def lower_record(domain: Domain, sequence: int) -> None:
    """Take back that more than the entries up to `sequence` is persisted: the database was emptied or replaced."""
    if not DomainState.objects.filter(domain=domain, persisted_sequence__gt=sequence).exists():
        return
    with write_transaction():
        state = DomainState.objects.select_for_update().get(domain=domain)
        state.persisted_sequence = min(state.persisted_sequence, sequence)
        state.version += 1
        state.save()


def _record_failure(domain: Domain, error: Exception) -> None:
    words = explain(error, domain.alias)
    logger.warning("flush %s failed: %s", domain, error)
    try:
        with write_transaction():
            state, _created = DomainState.objects.select_for_update().get_or_create(domain=domain)
            state.attempts += 1
            state.last_attempt_at, state.last_error = timezone.now(), words
            state.version += 1
            state.save()
    except DatabaseError as other:
        # The same disk, most likely: what was not flushed waits all the same.
        logger.warning("flush %s: that could not be recorded: %s", domain, other)


def explain(error: Exception, alias: str = DEFAULT_DB_ALIAS) -> str:
    """Return words for an operator, without paths; `alias` is the database that it is about."""
    if isinstance(error, LibraryError):
        return error.message
    if fault := find_disk_fault(error, find_sqlite_file(alias)):
        return fault.advice
    words = str(error).lower()
    if "locked" in words:
        return "The domain database is locked by another program; the write is tried again."
    if "unable to open" in words or "no such table" in words:
        return "The domain database is missing or empty; run prepare."
    if "readonly" in words or "read-only" in words:
        return "The domain database is read-only; make it writable."
    return f"The domain database could not be written ({type(error).__name__}); see engine.log."
