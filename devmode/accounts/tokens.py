"""Issue, find and end API tokens."""

import secrets
from datetime import UTC, datetime, timedelta
from functools import cache

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from devmode.models.token import ApiToken

PREFIX_CHARACTERS = 8
# No module path: another salt would end every token.
DIGEST_SALT = "devmode.tokens"


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
    live_token, user_of_id = _queries(connection.vendor)
    asked = [connection.ops.adapt_datetimefield_value(now), digest_of(token)]
    record: ApiToken | None = next(iter(ApiToken.objects.raw(live_token, asked)), None)
    user = next(iter(User.objects.raw(user_of_id, [record.user_id])), None) if record else None
    if record is None or user is None:
        return None
    record.user = user
    return record


def holders_of(digest: str, *, now: datetime) -> QuerySet[User]:
    """Return the active user whom the live token of that digest signs in, or nobody: a query to be added to."""
    return User.objects.filter(is_active=True, api_tokens__in=ApiToken.objects.live(now).filter(digest=digest))


@cache
def _queries(_vendor: str) -> tuple[str, str]:
    """Return the queries of each request with a token: a live one by time and digest, and a user by id.

    Building them takes several times as long as asking.
    """
    live_token = ApiToken.objects.live(datetime.now(UTC)).filter(digest="-")
    return live_token.query.sql_with_params()[0], User.objects.filter(pk=0).query.sql_with_params()[0]
