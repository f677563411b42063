"""What a sync would do, decided from what is published and what is stored. Pure: nothing is read or written.

A document whose meaning is the same changes nothing, wherever it comes from: a file that only moved keeps its assembly.
A file that cannot be read says nothing, so the assembly it published stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assemblies.bundles import Skipped
from assemblies.official.official_rows import OfficialRow
from assemblies.official.source import SourceContents, SourceDocument


@dataclass(kw_only=True)
class SyncPlan:
    """`added`, `changed`, `moved` and `removed` are what is to be written.

    `moved` are the documents that only have another path; `unchanged` counts live assemblies left as they are because
    they say what is published, or because their file cannot be read; `local_edits` are the GUIDs of assemblies changed
    here that say something else than is published, overwritten or, with `keep_local`, left alone. `claimed` are those
    of the added documents' GUIDs that rows of other domains have now, with their domains.
    """

    added: list[SourceDocument] = field(default_factory=list)
    changed: list[SourceDocument] = field(default_factory=list)
    moved: list[SourceDocument] = field(default_factory=list)
    removed: list[OfficialRow] = field(default_factory=list)
    unchanged: int = 0
    local_edits: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    claimed: dict[str, str] = field(default_factory=dict)

    @property
    def changes_nothing(self) -> bool:
        return not (self.added or self.changed or self.moved or self.removed)


def plan_sync(
    contents: SourceContents,
    rows: Mapping[str, OfficialRow],
    foreign: Mapping[str, str],
    *,
    keep_local: bool,
) -> SyncPlan:
    """Compare `contents` with `rows`. `foreign` maps GUIDs that belong to other domains to those domains."""
    plan = SyncPlan(skipped=list(contents.skipped))
    for document in contents.documents:
        if document.guid in foreign:
            plan.claimed[document.guid] = foreign[document.guid]
        if isinstance(document, SourceDocument):
            _place(plan, document, rows.get(document.guid), keep_local=keep_local)
        else:
            plan.unchanged += 1
    published = {document.guid for document in contents.documents}
    _withdraw(plan, (row for row in rows.values() if row.is_live and row.guid not in published), keep_local=keep_local)
    return plan


def _place(plan: SyncPlan, document: SourceDocument, row: OfficialRow | None, *, keep_local: bool) -> None:
    if row is not None and row.is_live and row.content_hash == document.content_hash:
        _place_same(plan, document, row)
    elif row is None or not _is_kept(plan, row, keep_local=keep_local):
        (plan.changed if row is not None and row.is_live else plan.added).append(document)


def _place_same(plan: SyncPlan, document: SourceDocument, row: OfficialRow) -> None:
    if row.source_path == document.path:
        plan.unchanged += 1
    else:
        plan.moved.append(document)


def _withdraw(plan: SyncPlan, missing: Iterable[OfficialRow], *, keep_local: bool) -> None:
    unreadable = {skipped.path for skipped in plan.skipped}
    for row in missing:
        if row.source_path in unreadable:
            plan.unchanged += 1
        elif not _is_kept(plan, row, keep_local=keep_local):
            plan.removed.append(row)


def _is_kept(plan: SyncPlan, row: OfficialRow, *, keep_local: bool) -> bool:
    """List a local edit, and say whether it is to be left alone."""
    if row.is_edited:
        plan.local_edits.append(row.guid)
    return row.is_edited and keep_local
