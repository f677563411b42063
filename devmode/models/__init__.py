"""Records of access: API tokens and the audit."""

from devmode.models.audit import AuditEntry, AuditHead
from devmode.models.token import ApiToken

__all__ = ["ApiToken", "AuditEntry", "AuditHead"]
