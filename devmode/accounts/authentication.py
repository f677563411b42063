"""How a request says who it is: a Django session, or `Authorization: Token <token>`."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from devmode.accounts.tokens import find_token
from devmode.models.token import ApiToken

CHALLENGE = "Token"


def find_sent_token(authorization: str) -> str | None:
    """Return the token that an Authorization header gives, None where it gives none."""
    scheme, _space, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == CHALLENGE.lower() else None


class TokenAuthentication(authentication.BaseAuthentication):
    """Accept a live API token of an active user."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, ApiToken] | None:
        token = find_sent_token(request.headers.get("Authorization", ""))
        if token is None:
            return None
        record = find_token(token, now=timezone.now())
        if record is None or not record.user.is_active:
            raise AuthenticationFailed("The token is unknown, has ended or was revoked. Log in again for a new one.")
        return record.user, record

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session with its CSRF check, and a challenge, so that unauthenticated requests receive 401."""

    def authenticate_header(self, request: Request, *_args: Any) -> str:
        return CHALLENGE
