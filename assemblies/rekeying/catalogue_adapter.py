"""The library itself: assemblies by journal entries, settings and notes as rows, in the one transaction of a commit.

A shadow's content lands under the canonical GUID unless a live assembly is there already; either way it stays readable
in the journal under its old GUID, which goes on to answer as an alias.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.utils import timezone

from assemblies.actions.change import Change
from assemblies.actions.commit import commit
from assemblies.actions.permit import Permit
from assemblies.actions.settings import archive_setting
from assemblies.documents import canonical_json
from assemblies.domains import Domain, Operation
from assemblies.errors import MigrationFailed, MigrationRefused
from assemblies.models import Assembly, AssemblyNote, AssemblySetting, Content, SettingCategory, Status
from assemblies.models.content import parse_time
from assemblies.rekeying.adapter import Work
from assemblies.rekeying.aliases import new_aliases, register_aliases
from assemblies.rekeying.plan import Plan
from assemblies.rekeying.registry import Registry
from assemblies.rekeying.rows import Note, Parent, Reference, Rows, State
from assemblies.rekeying.sqlite_file import copy_database
from assemblies.rekeying.words import CATALOGUE

LINEAGE = "cloned_from"
READ_ROWS = 500
# Some settings name an assembly: by their whole value, or by this key in it.
GUID_KEY = "assembly_guid"


class CatalogueAdapter:
    """The rows of `default`."""

    words = CATALOGUE

    def __init__(self, permit: Permit) -> None:
        self.permit = permit
        self.location = str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])
        self._now = timezone.now()

    def read(self, registry: Registry) -> Rows:
        parents: list[Parent] = []
        references: list[Reference] = []
        for row in Assembly.objects.without_texts().order_by("guid").iterator(chunk_size=READ_ROWS):
            live = row.deleted_at is None
            parents.append(Parent(row.guid, row.guid, live=live, domain=row.domain, revision=row.sequence))
            lineage = row.read_content().cloned_from if live else None
            if lineage is not None:
                references.append(Reference(row.guid, lineage.assembly_guid, LINEAGE, ("parent", row.guid)))
        states = [_state(setting, registry) for setting in AssemblySetting.objects.order_by("id")]
        references += [
            Reference(state.row_id, named, f"settings.{state.category}", ("state", state.row_id))
            for state in states
            if (named := find_named(state.category, state.value))
        ]
        return Rows(parents, states, [_note(note) for note in AssemblyNote.objects.order_by("id")], references)

    def count_rows(self) -> dict[str, int]:
        return {
            "assemblies": Assembly.objects.live().count(),
            "settings": AssemblySetting.objects.count(),
            "notes": AssemblyNote.objects.count(),
        }

    def back_up(self, path: Path) -> None:
        if connections[DEFAULT_DB_ALIAS].vendor != "sqlite":
            raise MigrationRefused(
                "The library is not in an SQLite file, so no backup can be taken here; nothing was changed. Dump the "
                "database with its own tools, then say --no-backup."
            )
        copy_database(Path(self.location.removeprefix("file://").partition("?")[0]), path)

    def transact(self, plan: Plan, registry: Registry, work: Work) -> None:
        if plan.is_empty and not new_aliases(registry):
            with work():
                return

        @contextmanager
        def alongside(now: datetime) -> Iterator[None]:
            self._now = now
            with work():
                register_aliases(registry, now=now)
                yield

        commit(
            [*_rekeyed_assemblies(plan, registry), *_rekeyed_lineages(plan)],
            permit=self.permit,
            detail={"plan_sha256": plan.sha256},
            alongside=alongside,
        )

    def remove_state(self, state: State, *, reason: str, archive: bool) -> bool:
        setting = AssemblySetting.objects.get(id=state.row_id)
        if archive:
            archive_setting(setting, reason=reason, actor_name=self.permit.actor.name, now=self._now)
        setting.delete()
        return archive

    def move_state(self, state: State, canonical_id: str) -> None:
        _change_one(AssemblySetting.objects.filter(id=state.row_id), assembly_id=canonical_id)

    def activate_state(self, state: State, updated_at: str) -> None:
        _change_one(
            AssemblySetting.objects.filter(id=state.row_id), status=Status.ACTIVE, updated_at=parse_time(updated_at)
        )

    def move_note(self, note: Note, canonical_id: str) -> None:
        _change_one(AssemblyNote.objects.filter(id=note.row_id), assembly_guid=canonical_id)

    def supersede_note(self, note: Note, canonical_id: str) -> None:
        _change_one(AssemblyNote.objects.filter(id=note.row_id), assembly_guid=canonical_id, status=Status.SUPERSEDED)

    def move_reference(self, reference: Reference, canonical_id: str) -> None:
        """Re-key a setting's value; a lineage is part of its assembly and changes by the journal."""
        if reference.place != LINEAGE:
            setting = AssemblySetting.objects.get(id=reference.row_id)
            setting.value = renamed(setting.value, canonical_id)
            setting.save(update_fields=["value"])

    def extra_summary(self, archived: int) -> dict[str, int]:
        """Payloads have GUIDs of their own, so no directory of theirs is ever named after an assembly."""
        return {"payload_dirs_moved": 0, "state_rows_archived": archived}


def _state(setting: AssemblySetting, registry: Registry) -> State:
    named = find_named(setting.category, setting.value)
    canonical_id = registry.canonical_of(named)
    return State(
        row_id=setting.id,
        parent_id=setting.assembly_id,
        category=setting.category,
        key=setting.key,
        value=setting.value,
        status=setting.status,
        updated_at=setting.updated_at.isoformat(),
        normal_value=renamed(setting.value, canonical_id) if canonical_id else None,
    )


def _note(note: AssemblyNote) -> Note:
    return Note(note.id, note.note_type, note.content, note.assembly_guid, note.status, note.updated_at.isoformat())


def _rekeyed_assemblies(plan: Plan, registry: Registry) -> Iterator[Change]:
    for canonical_id, shadows in plan.canonical_to_create().items():
        newest = max(shadows, key=lambda shadow: shadow.revision)
        yield _landing(Assembly.objects.get(guid=newest.row_id), canonical_id, registry)
    for one in plan.state_plans:
        yield Change(guid=one.shadow.row_id, operation=Operation.REKEY, rewrite=_gone)


def _landing(shadow: Assembly, canonical_id: str, registry: Registry) -> Change:
    content = shadow.read_content()
    lineage = content.cloned_from
    origin = registry.canonical_of(lineage.assembly_guid) if lineage else None
    if origin:
        content = _with_origin(content, origin)
    return Change(
        guid=canonical_id,
        domain=Domain(shadow.domain),
        operation=Operation.REKEY,
        rewrite=lambda row, now: content,
        search_text=shadow.search_text,
    )


def _rekeyed_lineages(plan: Plan) -> Iterator[Change]:
    for one in plan.reference_plans:
        for reference in one.to_move:
            if reference.place == LINEAGE:
                yield _lineage_change(reference.row_id, one.canonical_id)


def _lineage_change(guid: str, origin: str) -> Change:
    def rewrite(row: Assembly | None, now: datetime) -> Content | None:
        return _with_origin(row.read_content(), origin) if row else None

    return Change(guid=guid, operation=Operation.REKEY, rewrite=rewrite)


def _with_origin(content: Content, origin: str) -> Content:
    lineage = content.cloned_from
    return replace(content, cloned_from=replace(lineage, assembly_guid=origin) if lineage else None)


def _gone(row: Assembly | None, now: datetime) -> None:
    """The assembly goes by its canonical GUID from now on."""


def _change_one(rows: QuerySet[Any], **values: Any) -> None:
    if rows.update(**values) != 1:
        raise MigrationFailed("A row was not there to be changed; everything was rolled back.")


def find_named(category: str, value: str) -> str | None:
    """Return the GUID that a setting's value names, or None."""
    said = json.loads(value)
    if isinstance(said, dict):
        said = said.get(GUID_KEY)
    elif category != SettingCategory.REPLACED_BY:
        return None
    return said if isinstance(said, str) else None


def renamed(value: str, guid: str) -> str:
    """Return a value that names an assembly with another GUID in its place; all else keeps its text, as `value` is
    canonical JSON.
    """
    said = json.loads(value)
    return canonical_json({**said, GUID_KEY: guid} if isinstance(said, dict) else guid).decode()
