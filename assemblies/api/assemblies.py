"""Assemblies: list, create, read, change, delete; copies of them; what they were and what they are made of.

Importing and exporting, which read and write many at once, are in `transfers`.
"""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.permit import get_permit
from assemblies.actions.revert import get_revision, revert
from assemblies.actions.take_original import take_original
from assemblies.actions.update import update
from assemblies.api.description import (
    BYTES,
    GUID,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    READING_ONE,
    UNCHANGED,
)
from assemblies.api.parsing import ItemJSONParser
from assemblies.api.request_headers import event_of, not_modified, stamped, tagged
from assemblies.api.responses import download, json_answer, list_answer, written_item
from assemblies.api.shapes.copies import AdoptBody, CloneBody, NoFields
from assemblies.api.shapes.item_changes import Destination, ItemChange, ItemReplacement, NewItem
from assemblies.api.shapes.items import CreatedItem, ItemDetail, ItemList, ItemQuery, Status, WrittenItem
from assemblies.api.shapes.revisions import Difference, DiffQuery, RevertBody
from assemblies.api.transfers import Transfers
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import library_catalogue
from assemblies.catalogue.findings import assemblies_by_findings, findings_stamp
from assemblies.catalogue.life_cycle import kept_by_life_cycle, life_cycle_stamp
from assemblies.conf import payload_store
from assemblies.documents import document_flags
from assemblies.domains import Domain
from assemblies.official.adopt import adopt
from assemblies.revisions.checks import get_new_report
from assemblies.revisions.compare import compare
from assemblies.revisions.history import chosen_revisions, get_origin
from assemblies.web.actors import actor_of, is_administrator
from assemblies.web.item_facts import detail_of, flags_of, payload_name, read_payload
from assemblies.web.rendering import joined
from assemblies.web.replay import Basis, made_of
from devmode.api.schema import READING, WRITING, described


class AssemblyViewSet(Transfers):
    """The library's assemblies."""

    parser_classes = (ItemJSONParser,)

    @described(
        "List assemblies",
        operation_id="list_assemblies",
        query=ItemQuery,
        answers={200: ItemList, 304: UNCHANGED},
        parameters=(IF_NONE_MATCH,),
        refusals=READING,
    )
    def list(self, request: Request) -> HttpResponse:
        wanted, snapshot, administrator = self.query(), library_catalogue().current(), is_administrator(request)
        etag = snapshot.etag(administrator)
        # What the checks found, what people said of its life, and the lines of scripts, are no part of a snapshot.
        basis = None if {"findings", "lifecycle", "content"} & wanted.keys() else Basis(snapshot, administrator)
        among: dict[str, Collection[str]] = {}
        if value := wanted.pop("findings", None):
            etag = stamped(etag, stamp := findings_stamp())
            among["findings"] = assemblies_by_findings(snapshot, stamp)[value]
        if value := wanted.pop("lifecycle", None):
            etag = stamped(etag, stamp := life_cycle_stamp())
            among["life_cycle"] = kept_by_life_cycle(snapshot, stamp)[value]
        wanted["among"] = among
        answer = not_modified(request, etag)
        answer = answer or tagged(list_answer(request, snapshot, wanted, administrator=administrator), etag)
        return made_of(answer, basis) if basis else answer

    @described(
        "Create an assembly",
        operation_id="create_assembly",
        body=NewItem,
        answers={201: CreatedItem},
        parameters=(IDEMPOTENCY_KEY,),
        refusals=(401, 403, 409, 413, 415, 422, 503, 507),
    )
    def create(self, request: Request) -> HttpResponse:
        actor, domain = actor_of(request), self.part(Destination)["domain"]
        permit = get_permit(actor, LibraryEvent.CREATE, domain)
        sent = self.body()
        document, left = sent["document"], sent["files_not_copied"]
        receipt = create(document, domain=domain, permit=permit, store=payload_store(), event=event_of(request, actor))
        extras = {"files_not_copied": left} if left else {}
        return written_item(request, receipt, status=201, flags=document_flags(document), **extras)

    @described(
        "Read an assembly",
        operation_id="read_assembly",
        answers={200: ItemDetail, 304: UNCHANGED},
        parameters=(GUID, IF_NONE_MATCH),
        refusals=READING_ONE,
    )
    def retrieve(self, request: Request, guid: str) -> HttpResponse:
        entry, administrator = self.entry(guid), is_administrator(request)
        etag = entry.etag(administrator)
        if unchanged := not_modified(request, etag):
            return self.made_of_entry(unchanged, entry, administrator)
        detail = detail_of(entry.content, payload_store())
        answer = tagged(json_answer(joined(entry.json(administrator), detail)), etag)
        return self.made_of_entry(answer, entry, administrator, entry.content.references[0])

    @described(
        "Replace an assembly",
        operation_id="replace_assembly",
        body=ItemReplacement,
        answers={200: WrittenItem},
        parameters=(GUID, IF_MATCH),
        refusals=WRITING,
    )
    def update(self, request: Request, guid: str) -> HttpResponse:
        return self._changed(request, guid)

    @described(
        "Change an assembly",
        operation_id="change_assembly",
        body=ItemChange,
        answers={200: WrittenItem},
        parameters=(GUID, IF_MATCH),
        refusals=WRITING,
    )
    def partial_update(self, request: Request, guid: str) -> HttpResponse:
        return self._changed(request, guid)

    @described(
        "Delete an assembly",
        operation_id="delete_assembly",
        answers={202: Status},
        parameters=(GUID, IF_MATCH),
        refusals=(401, 403, 404, 412, 503, 507),
    )
    def destroy(self, request: Request, guid: str) -> Response:
        change = self.authorize_change(guid, LibraryEvent.DELETE)
        delete(change.entry.guid, permit=change.permit, expected_revision=change.expected_revision)
        return Response({"status": "queued"}, status=202)

    @described(
        "Clone an assembly",
        operation_id="clone_assembly",
        body=CloneBody,
        answers={201: WrittenItem},
        parameters=(GUID, IDEMPOTENCY_KEY),
        refusals=(*WRITING, 422),
    )
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, guid: str) -> HttpResponse:
        """Copy an assembly, knowing what it was copied from."""
        actor, entry = actor_of(request), self.entry(guid)
        wanted = _copy(self.body())
        permit = get_permit(actor, LibraryEvent.CLONE, wanted["domain"], guid=entry.guid)
        receipt = clone(entry.guid, permit=permit, event=event_of(request, actor), **wanted)
        return written_item(request, receipt, status=201)

    @described(
        "Adopt a withdrawn official assembly",
        operation_id="adopt_assembly",
        body=AdoptBody,
        answers={201: WrittenItem},
        parameters=(GUID, IDEMPOTENCY_KEY),
        refusals=(401, 403, 404, 409, 413, 415, 422, 503, 507),
    )
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, guid: str) -> HttpResponse:
        """Copy a withdrawn official assembly into User-Created."""
        actor, entry = actor_of(request), self.any_entry(guid)
        permit = get_permit(actor, LibraryEvent.ADOPT_WITHDRAWN, Domain.USER, guid=entry.guid)
        receipt = adopt(entry.guid, permit=permit, event=event_of(request, actor), **_copy(self.body()))
        return written_item(request, receipt, status=201)

    @described(
        "Take the new original",
        operation_id="take_original",
        body=NoFields,
        answers={200: WrittenItem},
        parameters=(GUID, IF_MATCH, IDEMPOTENCY_KEY),
        refusals=(*WRITING, 422),
    )
    @action(detail=True, methods=["post"], url_path="take-original", url_name="take-original")
    def take_original(self, request: Request, guid: str) -> HttpResponse:
        """Give a copy the content of its original, as a new revision; its name stays."""
        change = self.authorize_change(guid, LibraryEvent.TAKE_ORIGINAL, event=event_of(request, actor_of(request)))
        self.body()
        receipt = take_original(
            change.entry.guid,
            permit=change.permit,
            expected_revision=change.expected_revision,
            event=change.event,
        )
        return written_item(request, receipt)

    @described(
        "Revert an assembly",
        operation_id="revert_assembly",
        body=RevertBody,
        answers={200: WrittenItem},
        parameters=(GUID, IF_MATCH),
        refusals=WRITING,
    )
    @action(detail=True, methods=["post"])
    def revert(self, request: Request, guid: str) -> HttpResponse:
        """Give an assembly the content of an earlier revision, as a new one; a deleted assembly comes back."""
        change = self.authorize_change(guid, LibraryEvent.REVERT, deleted_too=True)
        receipt = revert(
            change.entry.guid,
            sequence=self.body()["sequence"],
            permit=change.permit,
            store=payload_store(),
            expected_revision=change.expected_revision if change.entry.deleted_at is None else None,
        )
        return written_item(request, receipt)

    @described(
        "Compare two revisions",
        operation_id="diff_revisions",
        query=DiffQuery,
        answers={200: Difference},
        parameters=(GUID,),
        refusals=(401, 404, 409, 503),
    )
    @action(detail=True)
    def diff(self, request: Request, guid: str) -> Response:
        """Compare fields one by one, the script as a unified diff, files by their SHA-256."""
        wanted, store = self.query(), payload_store()
        start, before, end, after = self._origin(guid) if "against" in wanted else self._revisions(guid, wanted)
        comparison = compare(before, after, store=store)
        flags = flags_of(after, read_payload(after, store))
        new = get_new_report(before, after, store).json()
        checks = {"new_findings": new["findings"], "new_facts": new["facts"]}
        return Response({"from": start, "to": end} | asdict(comparison) | {"flags": flags} | checks)

    @described(
        "Download the script or graph",
        operation_id="read_payload",
        answers=BYTES,
        parameters=(GUID, IF_NONE_MATCH),
        refusals=READING_ONE,
    )
    @action(detail=True)
    def payload(self, request: Request, guid: str) -> HttpResponseBase:
        """The exact bytes of the script or graph."""
        entry = self.entry(guid)
        name = payload_name(entry.guid, entry.content)
        return download(request, entry.content.references[0], name, payload_store())

    def _changed(self, request: Request, guid: str) -> HttpResponse:
        change = self.authorize_change(guid, LibraryEvent.UPDATE)
        sent = self.body(entry=change.entry, administrator=is_administrator(request))
        receipt = update(
            change.entry.guid,
            sent["fields"],
            payload=sent["payload"],
            permit=change.permit,
            store=payload_store(),
            expected_revision=change.expected_revision or sent["revision"],
        )
        flags = flags_of(receipt.content, sent["payload"]) if receipt.content else []
        return written_item(request, receipt, flags=flags)

    def _origin(self, guid: str) -> tuple[Any, ...]:
        """Return what an assembly was copied from and the assembly itself, both as they are now. Raises NoOriginal."""
        entry = self.entry(guid)
        revision, origin = get_origin(entry.guid, entry.content)
        return revision.sequence, origin, entry.revision, entry.content

    def _revisions(self, guid: str, wanted: dict[str, Any]) -> tuple[Any, ...]:
        """Return the two revisions that a query names, the one before null where there is none."""
        guid, start, end = self.resolved(guid, lambda guid: chosen_revisions(guid, wanted["from"], wanted["to"]))
        before = get_revision(guid, start)[1] if start else None
        return start, before, end, get_revision(guid, end)[1]


def _copy(sent: dict[str, Any]) -> dict[str, Any]:
    """Return where a copy is to go and what it is to be called, in the words of the actions."""
    words = {"target_domain": "domain", "new_assembly_guid": "new_guid", "display_name": "display_name"}
    return {words[name]: value for name, value in sent.items()}
