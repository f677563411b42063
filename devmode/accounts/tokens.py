"""Issue, find and end API tokens."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
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
    """Make a token and return it with its record; the token itself is never to be had again."""
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
    return ApiToken.objects.live(now).select_related("user").filter(digest=digest_of(token)).first()
