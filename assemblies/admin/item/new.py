"""A new assembly: what it is to be, then the same form as for one that is there."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assemblies import documents
from assemblies.actions.create import create
from assemblies.actions.permit import Permit, get_permit
from assemblies.admin.item.editing import Changes, Editing, Revision, editing_of, typed_editing, with_another_row
from assemblies.admin.item.item_view import Refused, editing_context
from assemblies.admin.item.save import SAVED
from assemblies.admin.links_and_badges import item_address
from assemblies.admin.page import refusals_as_pages, render_page
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.documents import Document
from assemblies.domains import AssemblyType, Kind
from assemblies.errors import Forbidden, LibraryError
from assemblies.models import Content
from assemblies.revisions.compare import FIELDS
from assemblies.web.actors import actor_of, chosen_domain, writable_domains
from assemblies.web.errors import form_status_of

FIRST_TYPES = {Kind.SCRIPT: "powershell", Kind.WORKFLOW: "workflow", Kind.ANSIBLE: "ansible"}
FIRST_PAYLOADS = {Kind.WORKFLOW: documents.parse_graph({"nodes": [], "edges": []})}
TEXTS = (
    "display_name summary payload_guid payload_sha256 content_hash created_at created_by updated_at updated_by"
).split()
KINDS = [
    (Kind.SCRIPT, gettext_lazy("PowerShell, batch, bash or Python, run on a host.")),
    (Kind.WORKFLOW, gettext_lazy("Nodes and edges: steps that follow one another.")),
    (Kind.ANSIBLE, gettext_lazy("A playbook in YAML, run by Ansible.")),
]


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def new_item(request: HttpRequest) -> HttpResponseBase:
    """Ask what is to be made, show its form, and create it."""
    kind = request.GET.get("kind", "")
    actor = actor_of(request)
    permit = get_permit(actor, LibraryEvent.CREATE, chosen_domain(request)) if request.method == "POST" else None
    if permit is None and not writable_domains(actor):
        raise Forbidden("You may read the library. Ask an administrator for the right to add assemblies of your own.")
    if kind not in Kind:
        return render_page(request, "library/item/kinds.html", title=_("New assembly"), kinds=KINDS)
    blank = blank_revision(Kind(kind))
    if permit is None:
        return new_item_page(request, Kind(kind), editing_of(blank))
    sent = with_another_row(request.POST) if "_add_variable" in request.POST else request.POST
    return _created(request, permit, Kind(kind), typed_editing(sent, blank, blank))


def blank_revision(kind: Kind) -> Revision:
    """Return what a new assembly of a kind starts from."""
    type_name = FIRST_TYPES[kind]
    blank: dict[str, Any] = dict.fromkeys(TEXTS, "")
    content = Content(
        **blank
        | {
            "type_name": type_name,
            "assembly_type": str(AssemblyType(type_name)),
            "category": documents.default_category(kind),
            "version": documents.DEFAULT_VERSION,
            "timeout_seconds": documents.DEFAULT_TIMEOUT_SECONDS,
            "sites": documents.normalise_sites(None),
            "variables": [], "files": [], "tags": [], "metadata": {}, "extra": {}, "envelope_extra": {},
            "payload_size_bytes": 0, "payload_is_binary": False, "cloned_from": None,
        }
    )  # fmt: skip
    return Revision(0, content, FIRST_PAYLOADS.get(kind, b""))


def _created(request: HttpRequest, permit: Permit, kind: Kind, editing: Editing) -> HttpResponseBase:
    if "_add_variable" in request.POST:
        return new_item_page(request, kind, editing, Refused(200))
    changes = editing.changes
    if changes is None or not changes.fields.get("display_name"):
        if changes is not None:
            editing.form.add_error("display_name", _("Give it a name."))
        return new_item_page(request, kind, editing, Refused(422, message=_("Nothing was saved yet: see below.")))
    try:
        document = _document(changes, editing.base)
        receipt = create(document, domain=chosen_domain(request), permit=permit, store=payload_store())
    except LibraryError as error:
        refused = Refused(form_status_of(error), error=error, message=error.message)
        return new_item_page(request, kind, editing, refused)
    messages.success(request, _("Created. It is queued to be written to its database."), extra_tags=SAVED)
    return HttpResponseRedirect(item_address(receipt.guid))


def _document(changes: Changes, blank: Revision) -> Document:
    fields = {name: getattr(blank.content, name) for name in FIELDS} | changes.fields
    payload = changes.payload if changes.payload is not None else blank.payload
    return Document(guid=None, payload=payload or b"", **documents.folded_into_extra(fields, blank.content.extra))


def new_item_page(
    request: HttpRequest, kind: Kind, editing: Editing, refused: Refused | None = None, **opened: Any
) -> HttpResponse:
    """Return the form of a new assembly; `opened` says from which document it was filled, if it was."""
    titles = {Kind.SCRIPT: _("New script"), Kind.WORKFLOW: _("New workflow"), Kind.ANSIBLE: _("New playbook")}
    return render_page(
        request,
        "library/item/new.html",
        title=titles[kind],
        status=refused.status if refused else 200,
        kind=kind,
        refused=refused,
        content=editing.base.content,
        domains=writable_domains(actor_of(request)),
        chosen_domain=chosen_domain(request),
        **opened,
        **editing_context(editing, editing.base, is_new=True),
    )
