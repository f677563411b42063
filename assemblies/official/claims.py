"""GUIDs that another domain's rows took before the catalogue published them.

The catalogue gets its GUID and the other row lives on under a new one, in the same transaction, with everything that
was set or noted about it. Its earlier GUID stays an alias within its own domain: alone it now names the official
assembly.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from assemblies.actions.change import Change
from assemblies.domains import Domain, Operation
from assemblies.errors import RevisionConflict
from assemblies.models import (
    AliasKind,
    Assembly,
    AssemblyAlias,
    AssemblyNote,
    AssemblySetting,
    Content,
    Lineage,
    fold_alias,
)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A row of `domain` that gives `guid` to the catalogue and is `new_guid` from then on."""

    guid: str
    domain: Domain
    new_guid: str

    def json(self) -> dict[str, str]:
        return {"assembly_guid": self.guid, "domain": str(self.domain), "new_assembly_guid": self.new_guid}


def claims_of(claimed: Mapping[str, str]) -> list[Claim]:
    """Return the claim of each GUID; `claimed` says in which domain its row lives."""
    return [Claim(guid=guid, domain=Domain(domain), new_guid=str(uuid4())) for guid, domain in claimed.items()]


def moves(claims: Iterable[Claim]) -> Iterator[Change]:
    """Yield the changes that make way: each row is deleted under its GUID and is there again under its new one.

    A row that was deleted before stays deleted, and can be brought back under its new GUID.
    """
    by_guid = {claim.guid: claim for claim in claims}
    for row in Assembly.objects.in_bulk(list(by_guid)).values():
        claim = by_guid[row.guid]
        yield _removal(row.guid, claim.domain, sequence=row.sequence)
        yield _arrival(row, claim)
        if row.deleted_at is not None:
            yield _removal(claim.new_guid, claim.domain)


def _removal(guid: str, domain: Domain, *, sequence: int | None = None) -> Change:
    def rewrite(row: Assembly | None, now: datetime) -> None:
        if sequence is not None and (row is None or row.sequence != sequence):
            raise RevisionConflict(assembly_guid=guid, revision=row.sequence if row else 0, expected=sequence)

    return Change(guid=guid, domain=domain, operation=Operation.REKEY, rewrite=rewrite)


def _arrival(row: Assembly, claim: Claim) -> Change:
    content = row.read_content()
    lineage = Lineage(
        assembly_guid=row.guid, domain=row.domain, revision=row.sequence, content_hash=content.content_hash
    )
    # What it was copied from before says more to people than where it stood.
    content = replace(content, cloned_from=content.cloned_from or lineage)

    def rewrite(_row: Assembly | None, _now: datetime) -> Content:
        return content

    return Change(
        guid=claim.new_guid,
        domain=claim.domain,
        operation=Operation.REKEY,
        rewrite=rewrite,
        search_text=row.search_text,
    )


def move_annotations(claims: Iterable[Claim], *, now: datetime) -> None:
    """Let settings, notes and aliases follow the rows, within the sync's transaction.

    Nothing that was said about a row, least of all an approval, may be taken for a word about the official assembly.
    """
    for claim in claims:
        AssemblySetting.objects.filter(assembly_id=claim.guid).update(assembly_id=claim.new_guid)
        AssemblyNote.objects.filter(assembly_guid=claim.guid).update(assembly_guid=claim.new_guid)
        AssemblyAlias.objects.filter(canonical_guid=claim.guid).update(canonical_guid=claim.new_guid)
        AssemblyAlias.objects.update_or_create(
            alias=alias_of(claim),
            defaults={
                "canonical_guid": claim.new_guid,
                "domain": claim.domain,
                "kind": AliasKind.GUID,
                "registered_at": now,
            },
        )


def alias_of(claim: Claim) -> str:
    """Return the earlier GUID with its domain in front, under which the moved row is still found."""
    return fold_alias(f"{claim.domain}/{claim.guid}")
