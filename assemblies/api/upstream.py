"""The head of the upstream repository, and the token for its hosting API, in the calls of older clients."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.permit import get_permit
from assemblies.api.resource import LibraryResource
from assemblies.api.shapes import upstream as shapes
from assemblies.audit_events import LibraryEvent
from assemblies.permissions import Place, Verb
from assemblies.upstream.head import Head, current_head
from assemblies.upstream.token import set_token, token_state
from assemblies.web.actors import actor_of
from devmode.api.schema import described

TAG = "upstream"


class RepoViewSet(LibraryResource):
    """The upstream repository."""

    @described(
        "Read the upstream head",
        operation_id="read_current_hash",
        query=shapes.HeadQuery,
        answers={200: shapes.HeadAnswer, 503: shapes.HeadAnswer},
        refusals=(401, 403),
        tag=TAG,
    )
    @action(detail=False, url_path="current_hash")
    def current_hash(self, request: Request) -> Response:
        """Answer with the head as it is known; 503 where it never was. Another repository: administrators only."""
        wanted = self.query()
        repo, branch = wanted.get("repo", settings.REPO), wanted.get("branch", settings.REPO_BRANCH)
        if repo.lower() != settings.REPO.lower():
            get_permit(actor_of(request), LibraryEvent.READ_OTHER_HEAD, Place.LIBRARY, verb=Verb.ADMINISTER)
        head = _head(repo, branch, wanted) if repo else _switched_off(branch)
        return Response(shapes.HeadAnswer(head.json()).data, status=200 if head.sha else 503)


class GithubViewSet(LibraryResource):
    """The token for the hosting API. It is told to nobody."""

    @described(
        "Read what is known of the token",
        operation_id="read_github_token",
        answers={200: shapes.TokenAnswer},
        refusals=(401, 403, 503),
        tag=TAG,
    )
    @action(detail=False)
    def token(self, request: Request) -> Response:
        get_permit(actor_of(request), LibraryEvent.SET_HOSTING_TOKEN, Place.LIBRARY, verb=Verb.ADMINISTER)
        return self._answer()

    @described(
        "Set the token",
        operation_id="set_github_token",
        body=shapes.TokenBody,
        answers={200: shapes.TokenAnswer},
        refusals=(401, 403, 413, 415, 503, 507),
        tag=TAG,
    )
    @token.mapping.post  # type: ignore[untyped-decorator]
    def set(self, request: Request) -> Response:
        """Keep a token, encrypted, and say what the hosting API thinks of it; an empty one is forgotten."""
        permit = get_permit(actor_of(request), LibraryEvent.SET_HOSTING_TOKEN, Place.LIBRARY, verb=Verb.ADMINISTER)
        set_token(self.body()["token"].strip(), permit=permit)
        return self._answer()

    def _answer(self) -> Response:
        return Response(shapes.TokenAnswer(asdict(token_state())).data)


def _head(repo: str, branch: str, wanted: dict[str, Any]) -> Head:
    ttl = wanted.get("ttl", settings.REPO_HASH_REFRESH)
    return current_head(repo, branch, ttl_seconds=ttl, refresh=wanted["refresh"])


def _switched_off(branch: str) -> Head:
    words = "BOREALIS_REPO names no repository."
    return Head("", branch, None, cached=False, age_seconds=None, source="unavailable", error=words)
