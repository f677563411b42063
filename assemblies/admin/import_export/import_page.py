"""Import: choose documents, look at what would come of them, then let exactly that be done, in one transaction.

The server keeps nothing between the two: the page sends the documents again, with what their preview saw. The report
answers the import directly, for nobody but the page that asked knows what it is about.
"""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assemblies import documents
from assemblies.actions.change import Event
from assemblies.actions.import_documents import MAX_PER_MINUTE
from assemblies.actions.permit import Permit, get_permit
from assemblies.admin.import_export.guesses import guesses_of
from assemblies.admin.import_export.importing import (
    ALREADY_IMPORTED,
    FOR_ALL_WORDS,
    OUTDATED,
    Picking,
    import_picked,
    picking_of,
)
from assemblies.admin.import_export.in_editor import editor_page
from assemblies.admin.import_export.preview import ImportDecision, propose
from assemblies.admin.import_export.upload import Readable, Upload, guarded, read_upload
from assemblies.admin.page import refusals_as_pages, render_page, sent_number
from assemblies.audit_events import LibraryEvent
from assemblies.bundles import MAX_SOURCE_LENGTH
from assemblies.bundles.archive import MAX_MEMBERS, MAX_UNPACKED_BYTES
from assemblies.domains import Domain
from assemblies.errors import (
    AssemblyNotFound,
    DocumentTooLarge,
    Failure,
    GuidInOtherDomain,
    GuidTaken,
    IdempotencyKeyReused,
    RevisionConflict,
)
from assemblies.web.actors import actor_of, writable_domains
from assemblies.web.errors import status_of
from assemblies.web.repetition import digest_of
from devmode.accounts.attempts import TooManyAttempts, limit_of, take_attempt
from devmode.actor import Actor
from devmode.grants.principal import principal_of

# What other writers may have done between the last look and the transaction.
OVERTAKEN = (AssemblyNotFound, GuidInOtherDomain, GuidTaken, RevisionConflict)
NOT_CORRECTED = gettext_lazy("Some corrections cannot be taken, so nothing was imported. The fields say why.")


@refusals_as_pages
def refuse_upload(request: HttpRequest, refusal: DocumentTooLarge) -> HttpResponseBase:
    """Answer what is too large to be read at all."""
    actor = _writer(request)
    limit = refusal.detail.get("limit_bytes")
    return _page(request, actor, notice=refusal.message, limit_bytes=limit, status=status_of(refusal))


@guarded(refuse_upload)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def import_page(request: HttpRequest) -> HttpResponseBase:
    """Show the form; preview what was sent; import it."""
    if request.method != "POST":
        return _page(request, _writer(request))
    actor = actor_of(request)
    try:
        domain = Domain.from_wire(request.POST.get("domain", Domain.USER.value))
    except ValueError:
        return _page(request, actor, notice=_("Choose one of the domains."), status=400)
    permit = get_permit(actor, LibraryEvent.IMPORT, domain)
    try:
        _take_attempt(request)
    except TooManyAttempts as refusal:
        words = _("These are too many imports at once. Wait %(seconds)s seconds, then try again.")
        return _page(request, actor, notice=words % {"seconds": refusal.wait_seconds}, status=429)
    return _answer(request, permit, domain)


def _writer(request: HttpRequest) -> Actor:
    """Return who asks. Raises Forbidden when there is no domain they may import into."""
    return get_permit(actor_of(request), LibraryEvent.IMPORT, Domain.USER, only_looking=True).actor


def _take_attempt(request: HttpRequest) -> None:
    who = principal_of(request)
    take_attempt([limit_of("import", who.user, who.remote_address, attempts=MAX_PER_MINUTE)])


def _answer(request: HttpRequest, permit: Permit, domain: Domain) -> HttpResponseBase:
    source = request.POST.get("source", "").strip()[:MAX_SOURCE_LENGTH]
    upload = read_upload(request.FILES.getlist("files"), request.POST.get("pasted", ""), source)
    if upload.is_empty:
        return _page(request, permit.actor, notice=_("Choose a file, or paste a document."), domain=domain, status=400)
    if request.POST.get("step") == "import":
        return _import(request, permit, upload, domain)
    if (opened := _opened(request, upload)) is not None:
        return editor_page(request, opened)
    return _preview(request, permit.actor, upload, domain)


def _import(request: HttpRequest, permit: Permit, upload: Upload, domain: Domain) -> HttpResponseBase:
    proposal = propose(upload, domain, compares=False)
    picking = picking_of(request.POST, proposal)
    if picking.notice:
        return _preview(request, permit.actor, upload, domain, notice=picking.notice, status=picking.status)
    taken = [at for at, pick in enumerate(picking.picks) if pick is not ImportDecision.SKIP]
    guesses = guesses_of(upload.readable, request.POST, only_sent=True)
    if any(guesses[at].is_refused for at in taken if at in guesses):
        return _preview(request, permit.actor, upload, domain, notice=NOT_CORRECTED, status=400)
    corrections = {at: guess.correction or {} for at, guess in guesses.items()}
    try:
        event = _event(request, permit.actor)
        report = import_picked(proposal, picking.picks, corrections, permit=permit, event=event)
    except OVERTAKEN:
        return _preview(request, permit.actor, upload, domain, notice=OUTDATED, status=409)
    except IdempotencyKeyReused as refusal:
        return _preview(request, permit.actor, upload, domain, notice=ALREADY_IMPORTED, status=status_of(refusal))
    except Failure as failure:
        return _preview(request, permit.actor, upload, domain, notice=failure.message, status=status_of(failure))
    return _page(request, permit.actor, report=report, domain=domain)


def _opened(request: HttpRequest, upload: Upload) -> Readable | None:
    """Return the document that is to be opened in the editor, numbered from 1 as the preview lists them.

    With what was corrected of it, unless that is refused.
    """
    number = sent_number(request.POST, "opened")
    if not number or number > len(upload.readable):
        return None
    one, guess = upload.readable[number - 1], guesses_of(upload.readable, request.POST, only_sent=True).get(number - 1)
    fields = documents.folded_into_extra(guess.correction or {}, one.document.extra) if guess else {}
    return replace(one, document=replace(one.document, **fields))


def _event(request: HttpRequest, actor: Actor) -> Event | None:
    """Return what makes asking twice, after a lost answer, import once; None where the page said nothing usable."""
    try:
        guid = str(uuid5(UUID(request.POST.get("event", "")), actor.name))
    except ValueError:
        return None
    form = request.POST.copy()
    form.pop("csrfmiddlewaretoken", None)
    return Event(guid=guid, digest=digest_of(form, request.FILES))


def _preview(
    request: HttpRequest, actor: Actor, upload: Upload, domain: Domain, *, notice: Any = "", status: int = 200
) -> HttpResponseBase:
    """Show what would come of the upload; picks that were sent for rows which still are as they were stay."""
    proposal = propose(upload, domain)
    picking = picking_of(request.POST, proposal) if notice else Picking([row.proposed for row in proposal.rows])
    guesses = guesses_of(upload.readable, request.POST, only_sent=False)
    rows = zip(proposal.rows, picking.picks, strict=True)
    return _page(
        request,
        actor,
        proposal=proposal,
        picked_rows=[(row, pick, guesses.get(row.position)) for row, pick in rows],
        uncorrected=sum(bool(one.document.aliases) for one in upload.readable) - len(guesses),
        domain=domain,
        notice=notice,
        event=uuid4(),
        tokens=json.dumps(proposal.tokens),
        for_all=FOR_ALL_WORDS.items(),
        status=status,
    )


def _page(request: HttpRequest, actor: Actor, *, status: int = 200, **context: Any) -> HttpResponseBase:
    # What is too large is not read, not even to show it again.
    sent = request.POST if status != 413 else {}
    frame = {
        "domains": writable_domains(actor),
        "domain": Domain.USER,
        "pasted": sent.get("pasted", ""),
        "source": sent.get("source", ""),
        "max_source_length": MAX_SOURCE_LENGTH,
        "max_bytes": MAX_UNPACKED_BYTES,
        "max_members": MAX_MEMBERS,
        "max_document_bytes": settings.MAX_DOCUMENT_BYTES,
        "max_files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    }
    return render_page(
        request, "library/import_export/import.html", title=_("Import documents"), status=status, **(frame | context)
    )
