"""The form that starts a run: a field for each variable, with what it was last given."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from assemblies.actions.permit import Permit, get_permit
from assemblies.admin.page import refusals_as_pages, render_page, sent_number, sent_revision
from assemblies.admin.runs.page import reason_in
from assemblies.admin.runs.targets import places_to_look, sent_targets, targets_context
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import CatalogueEntry
from assemblies.conf import payload_store
from assemblies.domains import AssemblyType, Kind
from assemblies.errors import Failure, InvalidField, LibraryError, UnknownField
from assemblies.execution.defaults import MAX_TIMEOUT_SECONDS
from assemblies.execution.graph import named_assemblies
from assemblies.execution.models import Manifest, Run
from assemblies.execution.pinning import default_timeout
from assemblies.execution.subject import subject_of_assembly
from assemblies.execution.submission import RunOptions, submit
from assemblies.execution.targets import places_of
from assemblies.execution.variables import BOOLEANS, NUMBERS, choices_of, is_credential, text_of
from assemblies.fleet.targets import resolve_target
from assemblies.permissions import Verb
from assemblies.web.actors import actor_of
from assemblies.web.deprecations import Deprecated, find_deprecated
from assemblies.web.errors import form_status_of
from assemblies.web.lookups import get_entry

PREFIX = "variable-"


@dataclass(frozen=True, kw_only=True)
class Field:
    """A variable as the form asks for it; `fault` is why what was sent does not fit."""

    name: str
    label: str
    help_text: str
    kind: str
    value: str
    choices: list[tuple[str, str]]
    is_required: bool
    fault: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def run_form(request: HttpRequest, guid: str) -> HttpResponse:
    """Ask for the variables (GET), then submit (POST) the revision that was asked about."""
    entry, actor = get_entry(guid), actor_of(request)
    only_looking = request.method != "POST"
    places = ([] if only_looking else places_of(sent_targets(request))) or places_to_look()
    permit = get_permit(actor, LibraryEvent.RUN, *places, verb=Verb.RUN, guid=entry.guid, only_looking=only_looking)
    if only_looking:
        return _form(request, entry)
    try:
        run = _submitted(request, entry, permit)
    except LibraryError as refusal:
        return _form(request, entry, refusal)
    return redirect("admin:run_page", run.run_id)


def _submitted(request: HttpRequest, entry: CatalogueEntry, permit: Permit) -> Run:
    if sent_revision(request) != entry.revision:
        raise InvalidField(_("It was changed meanwhile: look at what it does now, then run it."), field="revision")
    subject = subject_of_assembly(entry.guid, entry.revision, store=payload_store())
    timeout = request.POST.get("timeout_seconds", "").strip()
    if timeout and not (timeout.isdecimal() and 0 < int(timeout) <= MAX_TIMEOUT_SECONDS):
        raise InvalidField(_("This must be a number of seconds, at most a week."), field="timeout_seconds")
    options = RunOptions(
        variables=dict(_sent(request, entry)),
        targets=sent_targets(request),
        confirm_count=sent_number(request.POST, "confirm_count"),
        timeout_seconds=int(timeout) if timeout else None,
        reason=reason_in(request),
    )
    return submit(subject, options, permit=permit, run_id=str(uuid4()), resolver=resolve_target)


def _sent(request: HttpRequest, entry: CatalogueEntry) -> Iterator[tuple[str, Any]]:
    """Yield what was filled in. A browser sends nothing of a box that is not ticked, and an empty field for nothing."""
    for variable in entry.content.variables:
        name = str(variable["name"])
        value = request.POST.get(PREFIX + name)
        if _kind(variable) == "boolean":
            yield name, value is not None
        elif value is not None and (value or variable.get("default") not in (None, "")):
            yield name, value.replace("\r\n", "\n")


def _form(request: HttpRequest, entry: CatalogueEntry, refusal: LibraryError | None = None) -> HttpResponse:
    field = str(refusal.detail.get("field", "")) if isinstance(refusal, InvalidField | UnknownField) else ""
    fields = list(_fields(request, entry, field.removeprefix("variables."), refusal))
    if refusal and not any(one.fault for one in fields) and field not in {"timeout_seconds"}:
        messages.error(request, refusal.message)
    return render_page(
        request,
        "library/runs/form.html",
        title=pgettext("verb", "Run"),
        status=form_status_of(refusal) if refusal else 200,
        entry=entry,
        fields=fields,
        timeout_fault=refusal.message if refusal and field == "timeout_seconds" else "",
        sent=request.POST,
        default_timeout=default_timeout(AssemblyType(entry.content.assembly_type), entry.content.timeout_seconds),
        deprecated=_deprecated(entry),
        **targets_context(request, actor_of(request), AssemblyType(entry.content.assembly_type), refusal),
    )


def _deprecated(entry: CatalogueEntry) -> list[Deprecated]:
    """Return what should not be run any more: the assembly itself, and those that a workflow runs."""
    guids = [entry.guid]
    if entry.content.kind is Kind.WORKFLOW:
        # A graph that cannot be read is refused once it is to run.
        with suppress(Failure):
            guids += named_assemblies(payload_store().read(entry.content.payload))
    return find_deprecated(guids)


def _fields(request: HttpRequest, entry: CatalogueEntry, faulty: str, refusal: LibraryError | None) -> Iterator[Field]:
    last = {} if request.method == "POST" else _last_values(entry.guid)
    for variable in entry.content.variables:
        name, kind = str(variable["name"]), _kind(variable)
        if request.method == "POST":
            value: Any = request.POST.get(PREFIX + name, "")
        else:
            value = last.get(name, variable.get("default"))
        yield Field(
            name=name,
            label=str(variable.get("label") or name),
            help_text=str(variable.get("description") or ""),
            kind=kind,
            value="" if kind == "credential" or value is None else text_of(value),
            choices=choices_of(variable),
            is_required=bool(variable.get("required")),
            fault=refusal.message if refusal and name == faulty else "",
        )


def _last_values(guid: str) -> dict[str, Any]:
    """Return what the newest run of an assembly was given, without credentials."""
    run = Run.objects.filter(assembly_guid=guid).order_by("-created_at").first()
    manifest = Manifest.objects.filter(run_id=run.run_id).first() if run else None
    variables = json.loads(manifest.frozen_json)["variables"] if manifest else []
    return {one["name"]: one["value"] for one in variables if not one["secret"]}


def _kind(variable: Any) -> str:
    kind = str(variable.get("type") or "").lower()
    if is_credential(variable):
        return "credential"
    if choices_of(variable):
        return "choice"
    if kind in BOOLEANS:
        return "boolean"
    return "number" if kind in NUMBERS else "text"
