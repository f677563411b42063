"""What checks say of an assembly as it is now: kept where somebody has looked, else computed for the answer.

A long script that nobody has looked at yet takes seconds: the background looks, and who asks is told when to ask again.
"""

from dataclasses import asdict

from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api.description import GUID, READING_ONE
from assemblies.api.resource import AssemblyResource
from assemblies.api.shapes.checks import Checks, PendingChecks
from assemblies.checking import rule_set_version
from assemblies.conf import payload_store
from assemblies.revisions.checks import find_report, suppressions_of
from devmode.api.schema import described

# The checker looks for what is new about as often.
CHECK_SECONDS = 5


class CheckViewSet(AssemblyResource):
    """The checks of an assembly."""

    @described(
        "Read the checks of an assembly",
        operation_id="read_checks",
        answers={200: Checks, 202: PendingChecks},
        parameters=(GUID,),
        refusals=READING_ONE,
    )
    def list(self, request: Request, guid: str) -> Response:
        entry = self.entry(guid)
        suppressed = suppressions_of(entry.guid)
        report = find_report(entry.content, payload_store())
        answer = {
            "assembly_guid": entry.guid,
            "revision": entry.revision,
            "content_hash": entry.content.content_hash,
            "rule_set": rule_set_version(),
        }
        if report is None:
            wait = {"Retry-After": str(CHECK_SECONDS)}
            return Response(PendingChecks(answer | {"status": "pending"}).data, status=202, headers=wait)
        answer |= report.without(one.rule for one in suppressed).json()
        return Response(Checks(answer | {"suppressed": [asdict(one) for one in suppressed]}).data)
