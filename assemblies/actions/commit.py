"""The one write path: check, then change, journal and audit in one transaction on `default`.

When `commit` returns, the changes are durable; when it raises, none happened. Payloads are durable before it is called,
or small and part of the transaction.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet

from assemblies.actions.audit import record_success
from assemblies.actions.change import Alongside, Change, Finish, Receipt
from assemblies.actions.contents import is_flagged
from assemblies.actions.permit import Permit
from assemblies.actions.refuse_errors import refuse_errors
from assemblies.actions.repetition import find_receipts, keep
from assemblies.actions.transaction import change_transaction
from assemblies.domains import Domain, Operation
from assemblies.errors import AssemblyNotFound, GuidInOtherDomain, RevisionConflict
from assemblies.journal.append import Draft, append
from assemblies.models import Assembly, Content, JournaledPayload, JournalEntry
from assemblies.models.columns import project
from devmode.statements import find_first, insert, upsert


def commit(
    changes: Sequence[Change],
    *,
    permit: Permit,
    detail: Mapping[str, Any] | None = None,
    alongside: Alongside | None = None,
    finish: Finish | None = None,
    payloads: Mapping[str, bytes] = MappingProxyType({}),
) -> list[Receipt]:
    """Make `changes` in one transaction and return a receipt for each, in order.

    `alongside(now)` is entered in that transaction under the journal's lock, before the changes are decided, and left
    right before the commit: for rows that must change together with assemblies, and for checks. There
    `finish(receipts, now)` is called, for rows that say what came of it. `payloads` are the bytes that the changes name
    and the store has not: they are committed with the entries, if any entry names them.

    Raises a Refusal when any of them may not be made (nothing is changed, denials are audited), a Failure when the
    library cannot make them durable.
    """
    refuse_errors(changes)
    event = next((change.event for change in changes if change.event), None)
    for change in changes:
        # Read through before the lock: a long text must not keep other writers waiting.
        _ = change.is_script_flagged, change.folded_text
    with change_transaction(permit, guid=changes[0].guid if len(changes) == 1 else "") as transaction:
        now = transaction.now
        if done := find_receipts(event, changes):
            return done
        keep(event, now=now)
        with alongside(now) if alongside else nullcontext():
            rows = _find_rows([change.guid for change in changes])
            plans = [_plan(change, rows, permit, now) for change in changes]
            permit.use_grant([receipt.domain for receipt, _draft in plans], now=now)
            drafts = [draft for _receipt, draft in plans if draft is not None]
            entries = append(transaction.head, drafts, now=now) if drafts else []
            _save_rows(entries, rows)
            receipts = _numbered(plans, entries)
            _save_payloads(receipts, payloads)
            if finish:
                finish(receipts, now)
            if entries or alongside:
                record_success(permit.actor, permit.event, receipts, detail or {}, now=now)
    return receipts


def _find_rows(guids: Sequence[str]) -> dict[str, Assembly]:
    """Return the rows that there are; most often of a new assembly alone, whose GUID nobody ever had."""
    if len(guids) == 1 and find_first(_row_of_guid, guids) is None:
        return {}
    return Assembly.objects.in_bulk(guids)


def _row_of_guid() -> QuerySet[Assembly, str]:
    return Assembly.objects.filter(guid="").order_by().values_list("guid", flat=True)


Plan = tuple[Receipt, Draft | None]


def _plan(change: Change, rows: dict[str, Assembly], permit: Permit, now: datetime) -> Plan:
    """Decide one change on its locked row, and let later changes of the same assembly see it."""
    row = rows.get(change.guid)
    domain = _landing_domain(change, row)
    permit.check(domain)
    if row is not None and row.domain != domain and not _may_claim(change, row):
        raise GuidInOtherDomain(assembly_guid=row.guid, domain=row.domain)
    _check_revision(change, row)
    content = change.rewrite(row, now)
    living = row if row is not None and row.deleted_at is None else None
    receipt = Receipt(
        guid=change.guid,
        domain=domain,
        operation=change.operation,
        revision=row.sequence if row else 0,
        content=content,
        created=content is not None and living is None,
        changed=not _same_meaning(living, content),
        first=row is None,
    )
    if not receipt.changed:
        return replace(receipt, content=living.read_content() if living else None), None
    rows[change.guid] = rewritten = _rewritten(row, change, domain, content, now)
    return receipt, _draft(change, domain, rewritten.content if content else "", permit.actor.name)


def _may_claim(change: Change, row: Assembly) -> bool:
    """The official catalogue may have its own GUID back; never from a row that is still live under it."""
    publishes = change.domain is Domain.OFFICIAL and change.operation is Operation.SYNC
    return change.claims_guid and publishes and row.deleted_at is not None


def _landing_domain(change: Change, row: Assembly | None) -> Domain:
    if change.domain is not None:
        return change.domain
    if row is None:
        raise AssemblyNotFound(assembly_guid=change.guid)
    return Domain(row.domain)


def _check_revision(change: Change, row: Assembly | None) -> None:
    if change.expected_revision is None:
        return
    if row is None or row.deleted_at is not None:
        raise AssemblyNotFound(assembly_guid=change.guid)
    if row.sequence != change.expected_revision:
        raise RevisionConflict(assembly_guid=row.guid, revision=row.sequence, expected=change.expected_revision)


def _same_meaning(living: Assembly | None, content: Content | None) -> bool:
    """Say whether the change leaves everything as it is, but for the time and the name of who asked."""
    if living is None or content is None:
        return living is None and content is None
    stored = living.read_content()
    return replace(content, updated_at=stored.updated_at, updated_by=stored.updated_by) == stored


def _rewritten(
    row: Assembly | None, change: Change, domain: Domain, content: Content | None, now: datetime
) -> Assembly:
    text, key, script_flagged = (row.search_text, row.folded_text, row.is_script_flagged) if row else ("", "", False)
    if change.search_text is not None:
        text, key, script_flagged = change.search_text, change.folded_text, change.is_script_flagged
    if row is not None and content is None:
        row.deleted_at = now
        return row
    if content is None:
        raise AssemblyNotFound(assembly_guid=change.guid)
    return Assembly(
        guid=change.guid,
        domain=domain,
        search_text=text,
        folded_text=key,
        is_script_flagged=script_flagged,
        is_flagged=script_flagged or is_flagged(content, text),
        deleted_at=None,
        **project(content),
    )


def _draft(change: Change, domain: Domain, content: str, actor_name: str) -> Draft:
    return Draft(
        event_guid=change.event.guid if change.event else str(uuid4()),
        domain=domain,
        assembly_guid=change.guid,
        operation=change.operation,
        actor=actor_name,
        content=content,
    )


def _save_rows(entries: Sequence[JournalEntry], rows: Mapping[str, Assembly]) -> None:
    for entry in entries:
        rows[entry.assembly_guid].sequence = entry.sequence
    changed = {entry.assembly_guid: rows[entry.assembly_guid] for entry in entries}
    upsert(Assembly, [vars(row) for row in changed.values()])


def _save_payloads(receipts: Sequence[Receipt], payloads: Mapping[str, bytes]) -> None:
    """Add the rows of what is named: of a change that came to nothing, nobody would ever remove them."""
    contents = [receipt.content for receipt in receipts if payloads and receipt.changed and receipt.content]
    named = {reference.guid: reference for content in contents for reference in content.references}
    rows = [
        {"guid": guid, "sha256": named[guid].sha256, "content": content}
        for guid, content in payloads.items()
        if guid in named
    ]
    insert(JournaledPayload, rows)


def _numbered(plans: Sequence[Plan], entries: Sequence[JournalEntry]) -> list[Receipt]:
    """Return the receipts in order, each with the sequence that its entry, or one before it, gave its assembly."""
    numbers = iter(entry.sequence for entry in entries)
    last: dict[str, int] = {}
    receipts = []
    for receipt, draft in plans:
        last[receipt.guid] = next(numbers) if draft else last.get(receipt.guid, receipt.revision)
        receipts.append(replace(receipt, revision=last[receipt.guid]))
    return receipts
