"""Issue, find and end API tokens."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from devmode.models.token import ApiToken
from devmode.statements import find_first

PREFIX_CHARACTERS = 8
# No module path: another salt would end every token.
DIGEST_SALT = "devmode.tokens"
COLUMNS = [field.attname for field in ApiToken._meta.concrete_fields]
USER_COLUMNS = [field.attname for field in User._meta.concrete_fields]


def digest_of(token: str) -> str:
    """Return what is stored of a token: a digest keyed with the secret key, useless without it."""
    # A header may hold what is no text at all; it is some other token then, not an error.
    return salted_hmac(DIGEST_SALT, token.encode(errors="surrogatepass"), algorithm="sha256").hexdigest()


def issue_token(user: User, *, ttl_seconds: int, now: datetime, made_by_command: bool = False) -> tuple[str, ApiToken]:
    """Make a token and return it with its record; the token itself cannot be read again."""
    token = secrets.token_urlsafe(32)
    record = ApiToken.objects.create(
        user=user,
        digest=digest_of(token),
        prefix=token[:PREFIX_CHARACTERS],
        created_at=now,
        expires_at=now + timedelta(seconds=ttl_seconds),
        made_by_command=made_by_command,
        rights_stamp=user.get_session_auth_hash(),
    )
    return token, record


def find_token(token: str, *, now: datetime) -> ApiToken | None:
    """Return the live record of a token, with its user, or None."""
    found = find_first(_live_token_and_user, [now, digest_of(token)])
    if found is None:
        return None
    width = len(COLUMNS)
    record = ApiToken.from_db(DEFAULT_DB_ALIAS, COLUMNS, found[:width])
    record.user = User.from_db(DEFAULT_DB_ALIAS, USER_COLUMNS, found[width:])
    return record


def holders_of(digest: str, *, now: datetime) -> QuerySet[User]:
    """Return the active user whom the live token of that digest signs in, or nobody: a query to be added to."""
    return User.objects.filter(is_active=True, api_tokens__in=ApiToken.objects.live(now).filter(digest=digest))


def _live_token_and_user() -> QuerySet[ApiToken, Any]:
    columns = [*COLUMNS, *(f"user__{name}" for name in USER_COLUMNS)]
    return ApiToken.objects.live(datetime.now(UTC)).filter(digest="-").values_list(*columns)
