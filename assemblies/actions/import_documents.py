"""Import documents: one or many, in one transaction, with a preview that writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from assemblies.actions.change import Change, Event, Finish, Receipt
from assemblies.actions.commit import commit
from assemblies.actions.contents import content_of, inheriting, stamped
from assemblies.actions.create import check_vacant
from assemblies.actions.import_aliases import register_aliases, with_known_guids
from assemblies.actions.import_corrections import Correction, correcting, joined
from assemblies.actions.permit import Permit
from assemblies.actions.repetition import was_made
from assemblies.actions.staging import Staging, staged
from assemblies.documents import Document
from assemblies.domains import Domain, Operation
from assemblies.errors import GuidInOtherDomain, GuidTaken, Refusal
from assemblies.models import Assembly, Content
from assemblies.payloads import PayloadStore
from assemblies.progress import Track, untracked
from assemblies.revisions.document import search_text_of

# By each account and address, whatever the door.
MAX_PER_MINUTE = 600


class OnConflict(StrEnum):
    """What to do with a document whose GUID a live assembly of the same domain has."""

    UPDATE = "update"
    SKIP = "skip"
    NEW_GUID = "new_guid"
    FAIL = "fail"


class ImportState(StrEnum):
    """How a document stands to the library."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    OTHER_DOMAIN = "other_domain"


@dataclass(frozen=True)
class Choice:
    """What to do with one document of many. `expected_revision` is the revision its caller saw, if any."""

    on_conflict: OnConflict
    expected_revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What importing one document would do: the document with the GUID it is known by, and what has that GUID now.

    `refusal` is why it would be refused, or None.
    """

    document: Document
    guid: str | None
    display_name: str
    standing: ImportState
    same_name_guids: list[str] = field(default_factory=list)
    flags: list[dict[str, Any]] = field(default_factory=list)
    refusal: Refusal | None = None
    row: Assembly | None = None


def import_documents(
    documents: Sequence[Document],
    *,
    domain: Domain,
    on_conflict: OnConflict | Sequence[Choice],
    permit: Permit,
    store: PayloadStore,
    corrections: Sequence[Correction] = (),
    event: Event | None = None,
    finish: Finish | None = None,
    track: Track = untracked,
) -> list[Receipt]:
    """Import `documents` into `domain`, all or none. A skipped one gets the receipt of the unchanged assembly.

    `on_conflict` is for all of them, or a choice for each; `corrections`, if there are any, are one for each. Raises
    GuidInOtherDomain when a GUID lives in another domain (but with NEW_GUID), GuidTaken with FAIL, or with NEW_GUID
    when another import took the GUID meanwhile, RevisionConflict and AssemblyNotFound when a choice expected another
    revision, Forbidden, DevModeRequired, or a Failure.
    """
    choices = _choices(documents, on_conflict)
    documents = with_known_guids(documents, domain)
    rows = Assembly.objects.in_bulk({document.guid for document in documents if document.guid})
    with staged(store, rows.values()) as staging:
        if not was_made(event):
            for document, choice in zip(documents, choices, strict=True):
                check_conflict(rows.get(document.guid or ""), domain, choice.on_conflict)
        guids = _landing_guids(documents, rows, choices)
        tracked = track(documents, "Importing documents", len(documents))
        changes = [
            _change(document, guid, rows.get(guid), domain, choice, permit.actor.name, staging)
            for document, guid, choice in zip(tracked, guids, choices, strict=True)
        ]
        left = [_is_left(rows.get(guid), choice) for guid, choice in zip(guids, choices, strict=True)]
        corrected = [at for at, one in enumerate(corrections) if one and not left[at]]
        changes += [correcting(changes[at], corrections[at], actor_name=permit.actor.name) for at in corrected]
        if event:
            changes = [replace(change, event=event.part(n)) for n, change in enumerate(changes)]

        def register(receipts: Sequence[Receipt], now: datetime) -> None:
            made = joined(receipts, corrected)
            keeps = any(choice.on_conflict == OnConflict.NEW_GUID for choice in choices)
            register_aliases(documents, made, domain, now, keeps=keeps)
            if finish:
                finish(made, now)

        detail = {"documents": len(documents)} | ({"corrected": len(corrected)} if corrected else {})
        receipts = joined(commit(changes, permit=permit, detail=detail, finish=register), corrected)
        skipping = [choice.on_conflict == OnConflict.SKIP for choice in choices]
        return [replace(one, skipped=skips) for one, skips in zip(receipts, skipping, strict=True)]


def preview(documents: Sequence[Document], *, domain: Domain, on_conflict: OnConflict) -> list[Preview]:
    """Say what an import would do, without writing anything."""
    documents = with_known_guids(documents, domain)
    rows = Assembly.objects.without_texts().in_bulk({document.guid for document in documents if document.guid})
    names = _guids_by_name({document.display_name for document in documents})
    return [_preview(document, rows.get(document.guid or ""), domain, on_conflict, names) for document in documents]


def check_conflict(row: Assembly | None, domain: Domain, on_conflict: OnConflict) -> None:
    """Raise GuidInOtherDomain or GuidTaken when the policy does not allow for `row`."""
    if row is None or on_conflict == OnConflict.NEW_GUID:
        return
    if row.domain != domain:
        raise GuidInOtherDomain(assembly_guid=row.guid, domain=row.domain)
    if on_conflict == OnConflict.FAIL and row.deleted_at is None:
        raise GuidTaken(assembly_guid=row.guid)


def find_conflicts(documents: Sequence[Document], *, domain: Domain, on_conflict: OnConflict) -> list[Refusal | None]:
    """Return why each document may not be imported, or None, by what the library says now."""
    return [one.refusal for one in preview(documents, domain=domain, on_conflict=on_conflict)]


def _choices(documents: Sequence[Document], on_conflict: OnConflict | Sequence[Choice]) -> Sequence[Choice]:
    return [Choice(on_conflict)] * len(documents) if isinstance(on_conflict, OnConflict) else on_conflict


def _is_left(row: Assembly | None, choice: Choice) -> bool:
    """Say whether an assembly is there that its caller wants left alone."""
    return choice.on_conflict == OnConflict.SKIP and row is not None and row.deleted_at is None


def _landing_guids(documents: Sequence[Document], rows: Collection[str], choices: Sequence[Choice]) -> list[str]:
    """Return the GUID each document gets: its own, or a new one where it has none or may not have it."""
    taken, guids = set(rows), []
    for document, choice in zip(documents, choices, strict=True):
        free = document.guid is not None and (choice.on_conflict != OnConflict.NEW_GUID or document.guid not in taken)
        guids.append(document.guid if document.guid and free else str(uuid4()))
        taken.add(guids[-1])
    return guids


def _change(
    document: Document,
    guid: str,
    row: Assembly | None,
    domain: Domain,
    choice: Choice,
    actor_name: str,
    staging: Staging,
) -> Change:
    on_conflict = choice.on_conflict
    content = content_of(document, staging, before=row.read_content() if row else None)

    def rewrite(row: Assembly | None, now: datetime) -> Content:
        check_conflict(row, domain, on_conflict)
        if on_conflict == OnConflict.NEW_GUID:
            # The GUID was vacant when it was chosen.
            check_vacant(row)
        if row is not None and row.deleted_at is None:
            stored = row.read_content()
            if on_conflict == OnConflict.SKIP or document.is_repeated or _means_the_same(content, stored):
                return stored
        return stamped(inheriting(content, row), row, actor_name=actor_name, now=now)

    return Change(
        guid=guid,
        domain=domain,
        operation=Operation.IMPORT,
        rewrite=rewrite,
        expected_revision=choice.expected_revision,
        search_text=search_text_of(content, document.payload),
    )


def _means_the_same(content: Content, stored: Content) -> bool:
    """Say whether a document only repeats what is stored, in payloads that are intact."""
    return content.content_hash == stored.content_hash and set(content.references) == set(stored.references)


def _preview(
    document: Document,
    row: Assembly | None,
    domain: Domain,
    on_conflict: OnConflict,
    guids_by_name: Mapping[str, list[str]],
) -> Preview:
    refusal: Refusal | None = None
    try:
        check_conflict(row, domain, on_conflict)
    except Refusal as error:
        refusal = error
    return Preview(
        document=document,
        guid=document.guid,
        display_name=document.display_name,
        standing=_standing(row, domain, document),
        same_name_guids=[guid for guid in guids_by_name.get(document.display_name, []) if guid != document.guid],
        flags=document.flags,
        refusal=refusal,
        row=row,
    )


def _standing(row: Assembly | None, domain: Domain, document: Document) -> ImportState:
    if row is None:
        return ImportState.NEW
    if row.domain != domain:
        return ImportState.OTHER_DOMAIN
    if row.deleted_at is not None:
        return ImportState.NEW
    is_same = document.is_repeated or row.content_hash == document.content_hash
    return ImportState.SAME if is_same else ImportState.CHANGED


def _guids_by_name(names: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, guid in Assembly.objects.live().filter(display_name__in=names).values_list("display_name", "guid"):
        found.setdefault(name, []).append(guid)
    return found
