"""The library in Django's admin: everything to be seen, nothing to be changed."""

from django.contrib import admin

from assemblies.admin.assembly import AssemblyAdmin
from assemblies.admin.identity import (
    AssemblyAliasAdmin,
    AssemblyNoteAdmin,
    AssemblySettingAdmin,
    AssemblySettingHistoryAdmin,
)
from assemblies.admin.journal import JournalEntryAdmin
from assemblies.admin.replicas import DomainStateAdmin, FlushAdmin
from assemblies.admin.syncs import SyncRecordAdmin

admin.site.site_header = admin.site.site_title = "Borealis Assemblies"

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
