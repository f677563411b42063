"""Which assembly a file without a GUID is: the one its source's name for it leads to, else one with equal bytes.

A name is a registered alias, `import:<source>:<path>`. It leads to one assembly, so a name that another domain has
gets the domain behind it, and the second file of one name within an import gets a number. A file whose bytes are those
of the last import is repeated: it says nothing new, whatever people have edited since.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Max

from assemblies.actions.change import Receipt
from assemblies.documents import Document
from assemblies.domains import Domain, Operation
from assemblies.errors import GuidTaken
from assemblies.models import AliasKind, Assembly, AssemblyAlias, Content, JournalEntry, fold_alias
from assemblies.models.aliases import ALIAS_LENGTH

BATCH_ROWS = 500
OVERTAKEN = "Another import brought this file in at the same time; import it again."


def with_known_guids(documents: Sequence[Document], domain: Domain) -> list[Document]:
    """Return the documents, those that the library knows by an alias or by their bytes with the GUID they have there.

    Of several that lead to one assembly, the one with its bytes is meant, else the first. Reading only.
    """
    positions = [at for at, one in enumerate(documents) if one.aliases and one.guid is None]
    if not positions:
        return list(documents)
    named = dict(zip(positions, _own_aliases([documents[at] for at in positions], domain), strict=True))
    guids = _by_alias(documents, named, {one.guid for one in documents if one.guid})
    guids |= _by_bytes(documents, [at for at in positions if at not in guids], domain, set(guids.values()))
    imported = _last_imported(guids.values())
    return [
        replace(
            one,
            guid=guids.get(at, one.guid),
            aliases=named.get(at, one.aliases),
            is_repeated=one.is_repeated or (at in guids and _says_the_same(imported.get(guids[at]), one)),
        )
        for at, one in enumerate(documents)
    ]


def register_aliases(
    documents: Sequence[Document], receipts: Sequence[Receipt], domain: Domain, now: datetime, *, keeps: bool
) -> None:
    """Let the aliases of the documents lead to where these landed, within the transaction that imports them.

    Aliases that another assembly of this import had go along; with `keeps`, those that any other has stay there.
    Raises GuidTaken when an alias was registered for another assembly since the documents were looked up.
    """
    wanted = {alias: receipt.guid for one, receipt in zip(documents, receipts, strict=True) for alias in one.aliases}
    known = AssemblyAlias.objects.in_bulk(list(wanted))
    landed = {receipt.guid for receipt in receipts}
    taken = {alias for alias, row in known.items() if row.canonical_guid not in {wanted[alias], *landed}}
    if taken and not keeps:
        raise GuidTaken(OVERTAKEN, assembly_guid=known[min(taken)].canonical_guid)
    new = [
        AssemblyAlias(alias=alias, canonical_guid=guid, domain=domain, kind=AliasKind.IMPORT, registered_at=now)
        for alias, guid in wanted.items()
        if alias not in taken and (alias not in known or known[alias].canonical_guid != guid)
    ]
    AssemblyAlias.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["alias"],
        update_fields=["canonical_guid", "domain", "kind", "registered_at"],
        batch_size=BATCH_ROWS,
    )


def _own_aliases(documents: Sequence[Document], domain: Domain) -> list[tuple[str, ...]]:
    """The aliases of each document as they are registered, no two alike."""
    counts: Counter[str] = Counter()
    folded = [[_numbered(_bounded(fold_alias(alias)), counts) for alias in one.aliases] for one in documents]
    every = [alias for aliases in folded for alias in aliases]
    foreign = _of_other_domains(AssemblyAlias.objects.in_bulk(every), domain)
    return [tuple(f"{alias}@{domain.value}" if alias in foreign else alias for alias in one) for one in folded]


def _numbered(alias: str, counts: Counter[str]) -> str:
    counts[alias] += 1
    return alias if counts[alias] == 1 else f"{alias}#{counts[alias]}"


def _bounded(alias: str) -> str:
    """An alias that fits its column, with room for what may come behind it."""
    if len(alias) <= ALIAS_LENGTH - 40:
        return alias
    return f"{alias[:200]}…{hashlib.sha256(alias.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _of_other_domains(known: Mapping[str, AssemblyAlias], domain: Domain) -> set[str]:
    rows = Assembly.objects.without_texts().in_bulk({row.canonical_guid for row in known.values()})
    return {
        alias
        for alias, row in known.items()
        if row.canonical_guid in rows and rows[row.canonical_guid].domain != domain
    }


def _by_alias(
    documents: Sequence[Document], named: Mapping[int, tuple[str, ...]], claimed: Collection[str]
) -> dict[int, str]:
    known = AssemblyAlias.objects.in_bulk([alias for aliases in named.values() for alias in aliases])
    led_to = {
        at: next((known[alias].canonical_guid for alias in aliases if alias in known), None)
        for at, aliases in named.items()
    }
    rows = Assembly.objects.without_texts().in_bulk({guid for guid in led_to.values() if guid})
    # An assembly that no row has any more is none to update: nothing says what it was.
    candidates = [(at, guid) for at, guid in led_to.items() if guid in rows and guid is not None]
    candidates.sort(key=lambda one: rows[one[1]].payload_sha256 != documents[one[0]].payload_sha256)
    return _first_of_each(candidates, claimed)


def _by_bytes(
    documents: Sequence[Document], positions: Sequence[int], domain: Domain, claimed: Collection[str]
) -> dict[int, str]:
    """Assemblies that were imported into the domain before, under another name, and have the bytes of a document."""
    twins: dict[tuple[str, str], list[str]] = {}
    hashes = sorted({documents[at].payload_sha256 for at in positions})
    for start in range(0, len(hashes), BATCH_ROWS):
        for guid, key in _imported_with(hashes[start : start + BATCH_ROWS], domain):
            twins.setdefault(key, []).append(guid)
    keys = {at: (documents[at].payload_sha256, documents[at].assembly_type.value) for at in positions}
    return _first_of_each([(at, guid) for at, key in keys.items() for guid in twins.get(key, [])], claimed)


def _imported_with(hashes: Collection[str], domain: Domain) -> Iterable[tuple[str, tuple[str, str]]]:
    imported = AssemblyAlias.objects.filter(kind=AliasKind.IMPORT).values("canonical_guid")
    rows = Assembly.objects.live().of_domain(domain).filter(payload_sha256__in=hashes, guid__in=imported)
    for guid, sha256, assembly_type in rows.order_by("guid").values_list("guid", "payload_sha256", "assembly_type"):
        yield guid, (sha256, assembly_type)


def _says_the_same(imported: Content | None, document: Document) -> bool:
    """Say whether a document is what was imported last: of a plain file its bytes tell, else all it says."""
    if imported is None:
        return False
    if document.is_described:
        return imported.content_hash == document.content_hash
    return imported.payload_sha256 == document.payload_sha256


def _last_imported(guids: Iterable[str]) -> dict[str, Content]:
    """What each assembly was last imported as; of its history no more is read."""
    wanted, contents = sorted(guids), dict[str, Content | None]()
    for start in range(0, len(wanted), BATCH_ROWS):
        imports = JournalEntry.objects.filter(
            assembly_guid__in=wanted[start : start + BATCH_ROWS], operation=Operation.IMPORT
        )
        last = imports.order_by().values("assembly_guid").annotate(last=Max("sequence")).values("last")
        contents |= {one.assembly_guid: one.read_content() for one in JournalEntry.objects.filter(sequence__in=last)}
    return {guid: content for guid, content in contents.items() if content}


def _first_of_each(candidates: Iterable[tuple[int, str]], claimed: Collection[str]) -> dict[int, str]:
    """Give each document the first GUID that no other one has."""
    found: dict[int, str] = {}
    taken = set(claimed)
    for at, guid in candidates:
        if at not in found and guid not in taken:
            found[at] = guid
            taken.add(guid)
    return found
