"""Records of access: API tokens, Dev Mode grants and the audit."""

from devmode.models.audit import AuditEntry, AuditHead
from devmode.models.grant import DevModeGrant
from devmode.models.token import ApiToken

__all__ = ["ApiToken", "AuditEntry", "AuditHead", "DevModeGrant"]
