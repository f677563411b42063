"""The library in Django's admin: pages that ask the catalogue and call actions, and lists of what is kept."""

from assemblies.admin.annotations import (
    AssemblyAliasAdmin,
    AssemblyNoteAdmin,
    AssemblySettingAdmin,
    AssemblySettingHistoryAdmin,
)
from assemblies.admin.assembly import AssemblyAdmin
from assemblies.admin.lists import DomainStateAdmin, FlushAdmin, JournalEntryAdmin
from assemblies.admin.syncs import SyncRecordAdmin

__all__ = [
    "AssemblyAdmin",
    "AssemblyAliasAdmin",
    "AssemblyNoteAdmin",
    "AssemblySettingAdmin",
    "AssemblySettingHistoryAdmin",
    "DomainStateAdmin",
    "FlushAdmin",
    "JournalEntryAdmin",
    "SyncRecordAdmin",
]
