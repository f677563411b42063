"""Write pending changes to their domain databases now, in Dev Mode."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.permit import get_permit
from assemblies.actions.write_domains import write_domains
from assemblies.api.actors import actor_of
from assemblies.api.answers import DomainName
from assemblies.api.reading import read_domain, read_object
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.permissions import Place, Verb
from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import described


class WriteRequest(serializers.Serializer[Any]):
    domain = DomainName(required=False, help_text="All three when it is not given.")


class WriteAnswer(serializers.Serializer[Any]):
    status = serializers.CharField()
    flushed = serializers.DictField(child=serializers.IntegerField(), help_text="Journal entries by domain.")
    pending = serializers.IntegerField(help_text="Assemblies that still wait.")


class DevModeWriteView(PrivateEndpoint):
    """Flush one domain or all of them."""

    @described(
        "Write pending changes now",
        operation_id="write_domains",
        body=WriteRequest,
        answers={200: WriteAnswer},
        refusals=(400, 401, 403, 413, 415, 503, 507),
        tag="dev mode",
    )
    def post(self, request: Request) -> Response:
        domains = _asked_domains(request)
        permit = get_permit(actor_of(request), LibraryEvent.FLUSH, Place.LIBRARY, verb=Verb.REPLICATE)
        written = write_domains(domains, permit=permit)
        return Response({"status": "flushed", "flushed": written.flushed, "pending": written.pending})


def _asked_domains(request: Request) -> list[Domain]:
    body = read_object(request.data, ("domain",))
    return [read_domain(body["domain"], "domain")] if "domain" in body else list(Domain)
