"""The library in Django's admin: everything to be seen, nothing to be changed."""

from django.contrib import admin

from assemblies.admin.assembly import AssemblyAdmin
from assemblies.admin.journal import JournalEntryAdmin
from assemblies.admin.replicas import DomainStateAdmin, FlushAdmin

admin.site.site_header = admin.site.site_title = "Borealis Assemblies"

__all__ = ["AssemblyAdmin", "DomainStateAdmin", "FlushAdmin", "JournalEntryAdmin"]
