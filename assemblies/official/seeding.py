"""Seed empty domains from what a deploy ships: `Assemblies/<domain>.db` with `Assemblies/Payloads` below its root.

A domain is seeded once: only while the library has never known an assembly of it, a deleted one included, and its own
database is empty. The shipped rows become revisions of this library, by its one write path; the file is not changed.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from assemblies.actions.change import Change
from assemblies.actions.commit import commit
from assemblies.actions.contents import content_of
from assemblies.actions.permit import Permit
from assemblies.actions.staging import Staging, staged
from assemblies.bundles import Skipped
from assemblies.domains import Domain, Operation
from assemblies.errors import GuidTaken, Refusal, SourceUnreadable
from assemblies.models import Assembly, Content, replica_model
from assemblies.official.domain_file import DomainFile, StoredRow
from assemblies.official.open_source import open_staged_files
from assemblies.payloads import PayloadStore
from assemblies.revisions.document import search_text_of
from devmode.sqlite_files import is_live_database

logger = logging.getLogger(f"borealis.engine.{__name__}")
SHOWN_GUIDS = 10


@dataclass(frozen=True, kw_only=True)
class SeedReport:
    """What seeding one domain came to: `conflicts` are GUIDs that assemblies of other domains have."""

    domain: Domain
    adopted: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    refusal: str = ""

    def lines(self) -> Iterator[str]:
        """Say it to people, a line per fact."""
        yield f"{self.domain}: {len(self.adopted)} assemblies taken from the staged database"
        if self.conflicts:
            shown = ", ".join(self.conflicts[:SHOWN_GUIDS])
            more = ", …" if len(self.conflicts) > SHOWN_GUIDS else ""
            yield f"{self.domain}: {len(self.conflicts)} GUIDs belong to other domains and were left: {shown}{more}"
        for row in self.skipped[:SHOWN_GUIDS]:
            yield f"{self.domain}: {row.path} was not taken: {row.reason}"
        if self.refusal:
            yield f"{self.domain}: {self.refusal}"


def seed_staged(*, permit: Permit, store: PayloadStore) -> list[SeedReport]:
    """Seed the domains that are empty from what the settings' staging root ships."""
    try:
        files = open_staged_files()
    except SourceUnreadable as refusal:
        return [SeedReport(domain=Domain.OFFICIAL, refusal=refusal.message)]
    return seed_domains(files, permit=permit, store=store)


def seed_domains(files: Mapping[Domain, DomainFile], *, permit: Permit, store: PayloadStore) -> list[SeedReport]:
    """Seed the domains that are empty from their `files`. What fails is in its report and stops nothing."""
    reports = [
        _seed(domain, file, permit, store)
        for domain, file in files.items()
        if file.path.is_file() and not is_live_database(file.path) and _is_empty(domain)
    ]
    return [report for report in reports if report != SeedReport(domain=report.domain)]


def _is_empty(domain: Domain) -> bool:
    return not Assembly.objects.of_domain(domain).exists() and not replica_model(domain).objects.exists()


def _seed(domain: Domain, file: DomainFile, permit: Permit, store: PayloadStore) -> SeedReport:
    taken = set(Assembly.objects.values_list("guid", flat=True))
    report = SeedReport(domain=domain)
    try:
        with staged(store) as staging:
            changes = list(_adoptions(domain, file.read(), taken, staging, report))
            if changes:
                commit(changes, permit=permit, detail={"staged_database": file.path.name})
    except Refusal as refusal:
        logger.warning("the staged %s database was not taken: %s", domain, refusal.message)
        return replace(report, refusal=refusal.message)
    return replace(report, adopted=[change.guid for change in changes])


def _adoptions(
    domain: Domain, rows: Iterable[StoredRow | Skipped], taken: set[str], staging: Staging, report: SeedReport
) -> Iterator[Change]:
    for row in rows:
        if isinstance(row, Skipped):
            report.skipped.append(row)
        elif row.guid in taken:
            report.conflicts.append(row.guid)
        else:
            yield _adoption(domain, row, staging)


def _adoption(domain: Domain, row: StoredRow, staging: Staging) -> Change:
    content = replace(
        content_of(row.document, staging),
        cloned_from=row.content.cloned_from,
        created_at=row.content.created_at,
        created_by=row.content.created_by,
        updated_at=row.content.updated_at,
        updated_by=row.content.updated_by,
    )

    def rewrite(present: Assembly | None, _now: datetime) -> Content:
        if present is not None:
            raise GuidTaken(assembly_guid=present.guid)
        return content

    return Change(
        guid=row.guid,
        domain=domain,
        operation=Operation.ADOPT,
        rewrite=rewrite,
        search_text=search_text_of(content, row.document.payload),
    )
