"""Hydrate: take in what a domain database holds and the library does not know.

A domain file may be put in place by hand, restored from another day or come from another deployment. Rows whose GUID is
unknown are adopted; rows that differ from the library's are reported and nothing is overwritten until someone decides:
`adopt_replica` lets the file win, `rebuild_replica` the journal.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connections, transaction
from django.utils import timezone

from assemblies.actions.audit import named_failures
from assemblies.actions.change import Change
from assemblies.actions.commit import commit
from assemblies.actions.permit import Permit
from assemblies.domains import Domain, Operation
from assemblies.errors import Failure, ReplicaMismatch
from assemblies.journal.append import lock_head
from assemblies.journal.flush import lower_record
from assemblies.journal.replica import check_watermark, journal_id
from assemblies.models import Assembly, Content, DomainAssembly, Watermark, replica_model
from assemblies.payloads import PayloadStore
from assemblies.progress import in_batches
from assemblies.revisions.document import search_text_of
from devmode.write_lock import write_transaction

READ_ROWS = 500


@dataclass(frozen=True, kw_only=True)
class HydrationReport:
    """What hydrating one domain came to."""

    domain: Domain
    adopted: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    without_payload: list[str] = field(default_factory=list)
    advice: str = ""


def hydrate_all(*, permit: Permit, store: PayloadStore) -> list[HydrationReport]:
    """Hydrate every domain; idempotent."""
    with named_failures(), write_transaction():
        lock_head()
    return [hydrate(domain, permit=permit, store=store) for domain in Domain]


def hydrate(domain: Domain, *, permit: Permit, store: PayloadStore) -> HydrationReport:
    """Adopt the domain's unknown rows, and accept its database when nothing in it contradicts the library."""
    foreign = is_foreign(domain)
    unknown, conflicts = _compare(domain, with_conflicts=foreign)
    adopted, without_payload = _adopt(unknown, domain, permit, store)
    if not foreign:
        _lower_record(domain)
    elif not conflicts and not without_payload:
        _accept(domain)
    return HydrationReport(
        domain=domain,
        adopted=adopted,
        conflicts=[row.guid for row in conflicts],
        without_payload=without_payload,
        advice=_advice(domain, conflicts, without_payload) if foreign else "",
    )


def adopt_replica(domain: Domain, *, permit: Permit, store: PayloadStore) -> HydrationReport:
    """Let the domain database win: its differing rows become new revisions. Rows without their payload are left."""
    _unknown, conflicts = _compare(domain, with_conflicts=True)
    adopted, without_payload = _adopt(conflicts, domain, permit, store)
    _accept(domain)
    return HydrationReport(domain=domain, adopted=adopted, without_payload=without_payload)


def rebuild_replica(domain: Domain) -> str:
    """Let the journal win: empty the domain database so that the next flush rebuilds it.

    Returns the name of the copy kept of an SQLite file, or "" for other engines.
    """
    copy = _keep_copy(domain)
    with transaction.atomic(using=domain.alias):
        replica_model(domain)._base_manager.all().delete()
        _write_watermark(domain)
    return copy


def is_foreign(domain: Domain) -> bool:
    """Say whether the domain database is not simply this journal's replica."""
    watermark = Watermark.objects.using(domain.alias).filter(domain=domain).first()
    if watermark is None:
        return replica_model(domain).objects.exists()
    try:
        check_watermark(watermark)
    except ReplicaMismatch:
        return True
    return False


def _compare(domain: Domain, *, with_conflicts: bool) -> tuple[list[DomainAssembly], list[DomainAssembly]]:
    """Return the domain database's rows that the library does not know, and those it holds otherwise."""
    known = dict(Assembly.objects.values_list("guid", "content_hash"))
    found = list(replica_model(domain).objects.values_list("guid", "content_hash"))
    unknown = [guid for guid, _hash in found if guid not in known]
    conflicts = [guid for guid, content_hash in found if known.get(guid, content_hash) != content_hash]
    return list(_read(domain, unknown)), list(_read(domain, conflicts)) if with_conflicts else []


def _read(domain: Domain, guids: Sequence[str]) -> Iterator[DomainAssembly]:
    for batch in in_batches(guids, READ_ROWS):
        yield from replica_model(domain).objects.filter(guid__in=batch)


def _adopt(
    rows: Iterable[DomainAssembly], domain: Domain, permit: Permit, store: PayloadStore
) -> tuple[list[str], list[str]]:
    """Make `rows` revisions of the library. Returns (GUIDs adopted, GUIDs whose payload is missing or corrupt)."""
    changes, without_payload = [], []
    for row in rows:
        try:
            changes.append(_adoption(row, domain, store))
        except Failure:
            without_payload.append(row.guid)
    if changes:
        commit(changes, permit=permit, detail={"domain_database": domain.alias})
    return [change.guid for change in changes], without_payload


def _adoption(row: DomainAssembly, domain: Domain, store: PayloadStore) -> Change:
    content = row.read_content()
    payload, *_files = [store.read(reference) for reference in content.references]

    def rewrite(_row: Assembly | None, _now: datetime) -> Content:
        return content

    return Change(
        guid=row.guid,
        domain=domain,
        operation=Operation.ADOPT,
        rewrite=rewrite,
        search_text=search_text_of(content, payload),
    )


def _lower_record(domain: Domain) -> None:
    """A file of an earlier day, or a new one, holds less than was recorded; what it lacks is pending again."""
    watermark = Watermark.objects.using(domain.alias).filter(domain=domain).first()
    lower_record(domain, watermark.sequence if watermark else 0)


def _accept(domain: Domain) -> None:
    """Make the domain database this journal's replica: the next flush applies every entry of the domain to it."""
    with transaction.atomic(using=domain.alias):
        _write_watermark(domain)


def _write_watermark(domain: Domain) -> None:
    Watermark.objects.using(domain.alias).update_or_create(
        domain=domain, defaults={"journal_id": journal_id(), "sequence": 0, "hash": ""}
    )
    # Before that is committed: the record may lag behind the database, it never leads.
    lower_record(domain, 0)


def _keep_copy(domain: Domain) -> str:
    connection = connections[domain.alias]
    if connection.vendor != "sqlite":
        return ""
    copy = f"{connection.settings_dict['NAME']}.before-rebuild-{timezone.now():%Y%m%dT%H%M%S%fZ}"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [copy])
    return copy


def _advice(domain: Domain, conflicts: Sequence[DomainAssembly], without_payload: Sequence[str]) -> str:
    if not conflicts and not without_payload:
        return ""
    return (
        f"The {domain} database differs from the library and is not written until you decide: "
        f"`prepare --adopt-replica {domain}` takes the database's rows as new revisions, "
        f"`prepare --rebuild-replica {domain}` rebuilds it from the journal and keeps a copy."
    )
