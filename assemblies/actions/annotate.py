"""Change what is said about an assembly, and not its content: settings and notes.

With the guarantees of `commit`: permission decided on the row, one transaction on `default` with its audit entry,
denials audited. Such rows make no revision: they are no part of what a domain database contains.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assemblies.actions.audit import assembly_subject
from assemblies.actions.change import require_live
from assemblies.actions.permit import Permit
from assemblies.actions.transaction import change_transaction
from assemblies.domains import Domain
from assemblies.models import Assembly, AssemblyNote
from assemblies.models.annotations import SettingColumns
from assemblies.permissions import Place, Scope
from devmode.audit import AuditFacts, record
from devmode.chain import chained_hash


def setting_digest(setting: SettingColumns) -> str:
    """Return what the audit keeps of a setting, by which a row that another hand changed is found."""
    return _digest(setting.category, setting.key, setting.value, setting.updated_by)


def note_digest(note: AssemblyNote) -> str:
    """Return what the audit keeps of a note."""
    return _digest(note.note_type, note.content, note.created_by)


def _digest(*facts: str) -> str:
    return chained_hash("", {str(number): fact for number, fact in enumerate(facts)})


@dataclass(frozen=True, kw_only=True)
class AnnotationTransaction:
    """The transaction of one such change; what ends without a `record` must have changed nothing."""

    row: Assembly
    permit: Permit
    now: datetime

    def record(self, **detail: Any) -> None:
        """Append the audit entry of the change."""
        subject = assembly_subject(self.row.guid, self.row.domain)
        record(
            AuditFacts(actor=self.permit.actor, event=self.permit.event, subject=subject, detail=detail), now=self.now
        )


@contextmanager
def annotate(guid: str, *, permit: Permit, personal: bool = False) -> Iterator[AnnotationTransaction]:
    """Open the transaction for a live assembly; what is `personal` needs no permission for its domain.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, or a Failure.
    """
    with change_transaction(permit, guid=guid) as transaction:
        row = require_live(Assembly.objects.without_texts().filter(guid=guid).first(), guid)
        scope: Scope = Place.OWN if personal else Domain(row.domain)
        permit.check(scope)
        permit.use_grant([scope], now=transaction.now)
        yield AnnotationTransaction(row=row, permit=permit, now=transaction.now)


@contextmanager
def annotate_many(guids: Sequence[str], *, permit: Permit) -> Iterator[list[AnnotationTransaction]]:
    """Open one transaction for several live assemblies, in the order given: all of them are changed or none.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, or a Failure.
    """
    with change_transaction(permit) as transaction:
        found = Assembly.objects.without_texts().in_bulk(list(guids))
        rows = [require_live(found.get(guid), guid) for guid in dict.fromkeys(guids)]
        scopes = sorted({Domain(row.domain) for row in rows})
        for scope in scopes:
            permit.check(scope)
        permit.use_grant(scopes, now=transaction.now)
        yield [AnnotationTransaction(row=row, permit=permit, now=transaction.now) for row in rows]
