"""The agent's program as a download, for machines that are no devices yet: open to anybody, and no secret."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.decorators import action
from rest_framework.request import Request

from assemblies.api.description import BYTES, IF_NONE_MATCH
from assemblies.api.fleet.agent_resource import AGENTS, OpenAgentResource
from assemblies.api.request_headers import not_modified, tagged
from assemblies.api.responses import as_attachment
from assemblies.fleet.agent_file import NAME, build_agent
from devmode.api.schema import described

TEXT: dict[Any, Any] = {(200, "text/plain"): OpenApiTypes.STR, 304: BYTES[304]}


class AgentDownloadViewSet(OpenAgentResource):
    """The agent's program, its hash and its signature."""

    @described(
        "Download the agent",
        operation_id="download_agent",
        parameters=[IF_NONE_MATCH],
        answers=BYTES,
        refusals=(503,),
        tag=AGENTS,
    )
    @action(detail=False, url_path="download")
    def download(self, request: Request) -> HttpResponseBase:
        """The one file, for Python 3.11 or newer with the package cryptography; its entity tag is its SHA-256."""
        built = build_agent()
        if unchanged := not_modified(request, f'"{built.sha256}"'):
            return unchanged
        return tagged(as_attachment(HttpResponse(built.content), NAME), f'"{built.sha256}"')

    @described(
        "Read the agent's SHA-256",
        operation_id="download_agent_hash",
        parameters=[IF_NONE_MATCH],
        answers=TEXT,
        refusals=(503,),
        tag=AGENTS,
    )
    @action(detail=False, url_path="download.sha256")
    def download_hash(self, request: Request) -> HttpResponseBase:
        """One line that `sha256sum --check` reads."""
        return self._line(request, f"{build_agent().sha256}  {NAME}\n", f"{NAME}.sha256")

    @described(
        "Read the agent's signature",
        operation_id="download_agent_signature",
        parameters=[IF_NONE_MATCH],
        answers=TEXT,
        refusals=(503,),
        tag=AGENTS,
    )
    @action(detail=False, url_path="download.sig")
    def download_signature(self, request: Request) -> HttpResponseBase:
        """Base64 of the Ed25519 signature of the file's bytes by the signing key."""
        return self._line(request, f"{build_agent().signature}\n", f"{NAME}.sig")

    def _line(self, request: Request, text: str, name: str) -> HttpResponseBase:
        etag = f'"{text.split()[0]}"'
        if unchanged := not_modified(request, etag):
            return unchanged
        return tagged(as_attachment(HttpResponse(text), name, "text/plain"), etag)
