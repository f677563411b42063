"""The work of devices: what waits for one, and what it says of each item that it has claimed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.api.description import BYTES
from assemblies.api.fleet import work_shapes as shapes
from assemblies.api.fleet.agent_resource import AGENTS, AgentResource, Done
from assemblies.api.parsing import StrictJSONParser
from assemblies.conf import payload_store
from assemblies.errors import LibraryError
from assemblies.execution.models import WorkItem
from assemblies.execution.states import EventType
from assemblies.execution.worker_messages import Chunk, Ended
from assemblies.fleet import work
from assemblies.fleet.device_access import DevicePrincipal
from assemblies.fleet.limits import Limit, take_request
from assemblies.fleet.models import DeviceStatus
from assemblies.fleet.presence import HEARTBEAT, presence
from assemblies.fleet.signing import signed_statements
from devmode.api.schema import described

POLL_MS = int(HEARTBEAT.total_seconds() * 1000)
# A minute; an agent that sends output of several scripts as it comes needs a third of it.
CLAIMS_PER_DEVICE, MESSAGES_PER_DEVICE = 240, 1200
SAYING = (401, 403, 404, 409, 413, 415, 429, 503)


class ScriptViewSet(AgentResource):
    """Work that waits for a device."""

    single_use = frozenset({"claim"})

    @described(
        "Request work",
        operation_id="request_work",
        body=shapes.WorkBody,
        answers={200: shapes.WorkAnswer},
        refusals=(401, 403, 413, 415, 429, 503),
        tag=AGENTS,
    )
    @action(detail=False, methods=["post"], url_path="request")
    def claim(self, request: Request) -> Response:
        """Claim the next item of this device. A claim that the device does not know of is handed over again."""
        sent, now, device = self.body(), timezone.now(), self.device
        presence.note(device.guid, now=now)
        answer: dict[str, Any] = {"status": "idle", "poll_after_ms": POLL_MS, "sig_alg": "ed25519"}
        answer["signing_key_statements"] = signed_statements()
        limit = Limit("claims", device.guid, CLAIMS_PER_DEVICE)
        claimed = self.take(lambda: work.claim_next(device, _wanted(sent), now=now), limit=limit, now=now)
        answer["work_waits"] = claimed.work_waits
        if device.device.status == DeviceStatus.QUARANTINED:
            return Response(answer | {"status": "quarantined"})
        handed = work.hand_over(device, claimed.item, now=now) if claimed.item else None
        return Response(answer | ({"status": "work", "work_item": handed} if handed else {}))


class OutputJSONParser(StrictJSONParser):
    """A body of as much output as one message may have, whatever size a script of this library may have."""

    def max_bytes(self) -> int:
        return shapes.MAX_OUTPUT_BODY_BYTES


class DeviceItemViewSet(AgentResource):
    """Items that a device has claimed. Another device's are not found."""

    lookup_field, lookup_value_converter = "work_item_hash", "str"
    single_use = frozenset({"complete", "fail"})

    @described(
        "Report progress",
        operation_id="report_progress",
        body=shapes.ItemBody,
        answers={200: shapes.ItemAnswer},
        refusals=SAYING,
        tag=AGENTS,
    )
    @action(detail=True, methods=["post"])
    def progress(self, request: Request, work_item_hash: str) -> Response:
        """Say that the script runs, which renews the claim for 30 seconds, and learn whether to cancel it."""
        return Response(shapes.ItemAnswer(self._take(work_item_hash, self.body(), work.take_progress)).data)

    @described(
        "Upload output",
        operation_id="upload_output",
        body=shapes.OutputBody,
        answers={200: shapes.ItemAnswer},
        refusals=SAYING,
        tag=AGENTS,
    )
    @action(detail=True, methods=["post"], parser_classes=[OutputJSONParser])
    def output(self, request: Request, work_item_hash: str) -> Response:
        """Keep what the script printed; a chunk that was kept before is not kept twice."""
        sent = self.body()
        chunks = [Chunk(**one) for one in sent["chunks"]]
        item = self._take(work_item_hash, sent, partial(work.take_output, chunks=chunks))
        return Response(shapes.ItemAnswer(item).data)

    @described(
        "Complete an item",
        operation_id="complete_item",
        body=shapes.CompleteBody,
        answers={200: shapes.EndAnswer},
        refusals=SAYING,
        tag=AGENTS,
    )
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, work_item_hash: str) -> Response:
        """Say that the script ended with an exit code that means success, and learn whether more waits."""
        return self._end(work_item_hash, self.body(), EventType.COMPLETED)

    @described(
        "Fail an item",
        operation_id="fail_item",
        body=shapes.FailBody,
        answers={200: shapes.EndAnswer},
        refusals=SAYING,
        tag=AGENTS,
    )
    @action(detail=True, methods=["post"])
    def fail(self, request: Request, work_item_hash: str) -> Response:
        """Say that the script failed, took too long, or was canceled as requested."""
        sent = self.body()
        return self._end(work_item_hash, sent, EventType(sent["outcome"]))

    @described(
        "Download a file",
        operation_id="download_work_file",
        query=shapes.FileQuery,
        answers={key: BYTES[key] for key in BYTES if key != 304},
        refusals=(401, 403, 404, 409, 429, 503),
        tag=AGENTS,
    )
    @action(detail=True, url_path="files/<str:sha256>")
    def files(self, request: Request, work_item_hash: str, sha256: str) -> HttpResponse:
        """The script, or a file next to it, by the SHA-256 that the signed manifest names."""
        key = _key(work_item_hash, self.query())
        take_request(self._limit(), now=timezone.now())
        content = work.read_file(self.device, key, sha256, payload_store())
        answer = HttpResponse(content, content_type="application/octet-stream")
        answer["X-Content-Type-Options"], answer["Content-Disposition"] = "nosniff", "attachment"
        return answer

    def _limit(self) -> Limit:
        return Limit("messages", self.device.guid, MESSAGES_PER_DEVICE)

    def _end(self, work_item_hash: str, sent: Mapping[str, Any], event: EventType) -> Response:
        names = "exit_code error output_bytes output_dropped_bytes stdout_sha256 stderr_sha256".split()
        signature = sent["result_signature"]
        end = Ended(event=event, signature=signature, **{name: sent[name] for name in names})

        def take(
            device: DevicePrincipal, key: tuple[str, int], *, now: datetime
        ) -> tuple[WorkItem, bool] | LibraryError:
            if signature:
                work.check_result(device, key, {"outcome": event.value, **sent}, signature)
            return work.take_end(device, key, end, now=now)

        item, work_waits = self._take(work_item_hash, sent, take)
        return Response(shapes.ItemAnswer(item).data | {"work_waits": work_waits})

    def _take(self, work_item_hash: str, sent: Mapping[str, Any], take: Callable[..., Done | LibraryError]) -> Done:
        key, now = _key(work_item_hash, sent), timezone.now()
        return self.take(lambda: take(self.device, key, now=now), limit=self._limit(), now=now)


def _key(work_item_hash: str, sent: Mapping[str, Any]) -> tuple[str, int]:
    return work_item_hash.strip().lower(), sent["attempt_number"]


def _wanted(sent: Mapping[str, Any]) -> work.WorkRequest:
    held = frozenset((one["work_item_hash"], one["attempt_number"]) for one in sent["held"])
    capabilities = sent.get("capabilities")
    return work.WorkRequest(languages=None if capabilities is None else capabilities.get("AssemblyRun", []), held=held)
