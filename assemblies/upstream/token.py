"""The token for the hosting API: encrypted at rest, told as its last four characters, checked against the API."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from assemblies.actions.audit import audited_transaction
from assemblies.actions.permit import Permit
from assemblies.errors import InvalidField
from assemblies.execution.credentials import decrypt, encrypt
from assemblies.execution.errors import CredentialsUnreadable
from assemblies.permissions import Place
from assemblies.upstream.hosting import LIMITED, Unreachable, fetch
from assemblies.upstream.models import HostingToken
from devmode.audit import AuditFacts, record

NAME = "hosting token"
TOKEN = re.compile(r"[\x21-\x7e]{8,400}", re.ASCII)
TOLD = 4


@dataclass(frozen=True)
class TokenState:
    """What is told of the token. `valid` is None while that could not be found out."""

    has_token: bool
    valid: bool | None
    status: str
    message: str
    rate_limit: dict[str, int] | None
    checked_at: datetime
    token: str


def find_token() -> str:
    """Return the token, or nothing: also when the secret key was another one when it was kept."""
    row = HostingToken.objects.first()
    try:
        return decrypt(bytes(row.ciphertext)).get(NAME, "") if row else ""
    except CredentialsUnreadable:
        return ""


def set_token(token: str, *, permit: Permit) -> None:
    """Keep a token, or with an empty one forget it; audited without it. Raises InvalidField, Forbidden."""
    if token and not TOKEN.fullmatch(token):
        raise InvalidField(_("A token has 8 to 400 characters and no spaces."), field="token")
    with audited_transaction(permit.actor, permit.event):
        now = timezone.now()
        permit.check(Place.LIBRARY)
        if token:
            facts = {"ciphertext": encrypt({NAME: token}), "updated_at": now, "updated_by": permit.actor.name}
            HostingToken.objects.update_or_create(id=1, defaults=facts)
        else:
            HostingToken.objects.all().delete()
        record(AuditFacts(actor=permit.actor, event=permit.event, detail={"has_token": bool(token)}), now=now)


def token_state() -> TokenState:
    """Ask the hosting API what it thinks of the token; its answer costs no rate."""
    now, token = timezone.now(), find_token()
    if not token:
        words = _("The token cannot be decrypted; set it again.") if HostingToken.objects.exists() else _("No token.")
        return TokenState(False, False, "missing", words, None, now, "")
    masked = "*" * 8 + token[-TOLD:]
    try:
        answer = fetch(f"{settings.GITHUB_API.rstrip('/')}/rate_limit", token=token)
    except Unreachable as error:
        return TokenState(True, None, "unreachable", str(error), None, now, masked)
    if answer.status == 200:
        return TokenState(True, True, "valid", _("The token is accepted."), _rate_of(answer.content), now, masked)
    if answer.status == 401:
        return TokenState(True, False, "invalid", _("The token is not accepted."), None, now, masked)
    status = "limited" if answer.status in LIMITED else "error"
    words = _("The hosting API answers %(status)s.") % {"status": answer.status}
    return TokenState(True, None, status, words, None, now, masked)


def _rate_of(content: Any) -> dict[str, int] | None:
    rate = content.get("rate") if isinstance(content, dict) else None
    if not isinstance(rate, dict):
        return None
    return {name: value for name in ("limit", "remaining", "reset") if isinstance(value := rate.get(name), int)}
