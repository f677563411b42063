"""The audit, the API tokens and the accounts in Django's admin."""

from devmode.admin.accounts import StaffGroupAdmin, StaffUserAdmin
from devmode.admin.audit import AuditEntryAdmin
from devmode.admin.tokens import ApiTokenAdmin

__all__ = ["ApiTokenAdmin", "AuditEntryAdmin", "StaffGroupAdmin", "StaffUserAdmin"]
