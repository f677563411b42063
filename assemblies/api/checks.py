"""What checks say of an assembly as it is now: kept where somebody has looked, else computed for the answer."""

from dataclasses import asdict

from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api.description import GUID, READING_ONE
from assemblies.api.resource import AssemblyResource
from assemblies.api.shapes.checks import Checks
from assemblies.checking import rule_set_version
from assemblies.conf import payload_store
from assemblies.revisions.checks import get_report, suppressions_of
from devmode.api.schema import described


class CheckViewSet(AssemblyResource):
    """The checks of an assembly."""

    @described(
        "Read the checks of an assembly",
        operation_id="read_checks",
        answers={200: Checks},
        parameters=(GUID,),
        refusals=READING_ONE,
    )
    def list(self, request: Request, guid: str) -> Response:
        entry = self.entry(guid)
        suppressed = suppressions_of(entry.guid)
        report = get_report(entry.content, payload_store()).without(one.rule for one in suppressed)
        answer = {
            "assembly_guid": entry.guid,
            "revision": entry.revision,
            "content_hash": entry.content.content_hash,
            "rule_set": rule_set_version(),
            **report.json(),
            "suppressed": [asdict(one) for one in suppressed],
        }
        return Response(Checks(answer).data)
