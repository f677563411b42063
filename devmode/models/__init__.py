"""Records of access: API tokens, Dev Mode grants, counts of attempts and the audit."""

from devmode.models.attempt_count import AttemptCount
from devmode.models.audit import AuditEntry, AuditHead
from devmode.models.grant import DevModeGrant
from devmode.models.installation import Installation
from devmode.models.token import ApiToken

__all__ = ["ApiToken", "AttemptCount", "AuditEntry", "AuditHead", "DevModeGrant", "Installation"]
