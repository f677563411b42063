"""Export: one assembly, those that somebody chose, a domain or the whole library. Reading only, for everyone signed in.

An archive is written whole before the answer begins, so none breaks off; what cannot be read is said in words first,
and left out only on request.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import IO, Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from assemblies import documents
from assemblies.actions.record_export import REVISION_HEADER, record_export
from assemblies.admin.import_export.upload import guarded
from assemblies.admin.page import refusals_as_pages, render_page
from assemblies.bundles.archive import MAX_MEMBERS, MAX_UNPACKED_BYTES
from assemblies.bundles.export import Packed, Unreadable, check_count, export_files, pack, write_archive
from assemblies.bundles.written import ArchiveStyle
from assemblies.catalogue import library_catalogue
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import DocumentTooLarge, Failure
from assemblies.journal.append import journal_end
from assemblies.models import Assembly
from assemblies.web.actors import actor_of
from assemblies.web.lookups import get_row

MAX_SELECTED = 500
READ_ROWS = 100
STYLES = [
    (
        ArchiveStyle.AUTHORING,
        gettext_lazy("Authoring JSON"),
        gettext_lazy("One JSON document each, with its GUID: comes back as the same assembly."),
    ),
    (
        ArchiveStyle.LEGACY,
        gettext_lazy("Legacy JSON"),
        gettext_lazy("For older programs. It has no GUID, so each import makes new assemblies."),
    ),
    (
        ArchiveStyle.ENVELOPE,
        gettext_lazy("Envelope JSON"),
        gettext_lazy("With source, hashes and times around each document."),
    ),
    (
        ArchiveStyle.TREE,
        gettext_lazy("Readable tree"),
        gettext_lazy("Each script and each file on its own, next to a small JSON: good to read, and for git."),
    ),
]


@require_safe
@refusals_as_pages
def export_page(request: HttpRequest) -> HttpResponseBase:
    """Let somebody choose what to export, and how."""
    entries = library_catalogue().current().entries.values()
    counts = Counter(entry.domain for entry in entries if entry.deleted_at is None)
    domains = [(domain, domain.label, counts[domain.value]) for domain in Domain]
    context: dict[str, Any] = {"domains": domains, "total": counts.total(), "styles": STYLES}
    context |= {"max_members": MAX_MEMBERS, "max_bytes": MAX_UNPACKED_BYTES}
    return render_page(request, "library/import_export/export.html", title=_("Export"), **context)


@require_safe
@refusals_as_pages
def export_library(request: HttpRequest) -> HttpResponseBase:
    """Answer with the whole library, or one domain of it, as a zip."""
    style, domain = _style_of(request.GET.get("style")), _domain_of(request.GET.get("domain"))
    rows = Assembly.objects.live().without_texts().order_by("domain", "guid")
    rows = rows.of_domain(domain) if domain else rows
    asked = {"domain": domain.value if domain else "", "style": style.value}
    try:
        check_count(rows)
    except DocumentTooLarge as refusal:
        return _too_large(request, refusal)
    revision = journal_end()

    def hand_over(packed: Packed) -> HttpResponseBase:
        if request.method == "GET":
            left_out = len(packed.unreadable)
            record_export(
                actor_of(request), domain, style=style, revision=revision, count=packed.count, left_out=left_out
            )
        answer = _zip(packed.file, f"{domain or 'assemblies'}.zip")
        answer[REVISION_HEADER] = str(revision)
        return answer

    return _archive(request, rows.iterator(chunk_size=READ_ROWS), style, asked, [], hand_over)


@require_safe
@refusals_as_pages
def export_assembly(request: HttpRequest, guid: str) -> HttpResponseBase:
    """Answer with one assembly: a JSON document, or the readable tree as a zip."""
    style, row = _style_of(request.GET.get("style")), get_row(guid)
    encoding: documents.ScriptEncoding = "text" if style is ArchiveStyle.AUTHORING else "base64"
    try:
        files = list(export_files([row], style=style, store=payload_store(), script_encoding=encoding))
    except Failure as failure:
        return _refused(request, [Unreadable(row.guid, row.display_name, failure.message)], 0, {})
    folder = PurePosixPath(files[0][0]).parent
    names = [(str(PurePosixPath(name).relative_to(folder)), content) for name, content in files]
    if len(names) > 1 or style is ArchiveStyle.TREE:
        return _zip(write_archive(names), f"{PurePosixPath(names[0][0]).stem}.zip")
    answer = HttpResponse(names[0][1], content_type="application/json")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=names[0][0])
    return answer


def refuse_selection(request: HttpRequest, refusal: DocumentTooLarge) -> HttpResponseBase:
    """Answer a selection that is too large to be read at all."""
    return _back(request, refusal.message)


@guarded(refuse_selection)
@require_POST
@refusals_as_pages
def export_selection(request: HttpRequest) -> HttpResponseBase:
    """Answer with the assemblies whose GUIDs were sent, as a zip."""
    style = _style_of(request.POST.get("style"))
    guids = list(dict.fromkeys(documents.normalise_guid(guid) for guid in request.POST.getlist("guid")))
    if not guids:
        return _back(request, _("Choose the assemblies to export first."))
    if len(guids) > MAX_SELECTED:
        words = _("At most %(count)s assemblies are exported by choice; export a whole domain instead.")
        return _back(request, words % {"count": MAX_SELECTED})
    rows = list(Assembly.objects.live().without_texts().filter(guid__in=guids).order_by("domain", "guid"))
    gone = [
        Unreadable(guid, guid, _("It is not in the library any more."))
        for guid in sorted(set(guids) - {row.guid for row in rows})
    ]
    asked = {"guid": [row.guid for row in rows], "style": style.value}
    return _archive(request, rows, style, asked, gone, lambda packed: _zip(packed.file, "assemblies.zip"))


def _archive(
    request: HttpRequest,
    rows: Iterable[Assembly],
    style: ArchiveStyle,
    asked: dict[str, Any],
    missing: list[Unreadable],
    hand_over: Callable[[Packed], HttpResponseBase],
) -> HttpResponseBase:
    """Answer with an archive of the rows; when some are missing in it, say so unless they may be left out."""
    try:
        packed = pack(rows, style=style, store=payload_store())
    except DocumentTooLarge as refusal:
        return _too_large(request, refusal)
    unreadable = [*missing, *packed.unreadable]
    sent = request.POST if request.method == "POST" else request.GET
    if unreadable and sent.get("leave_out") != "yes":
        packed.file.close()
        return _refused(request, unreadable, packed.count, asked)
    return hand_over(packed)


def _too_large(request: HttpRequest, refusal: DocumentTooLarge) -> HttpResponseBase:
    return render_page(request, "admin/refused.html", title=refusal.message, status=413, refusal=refusal)


def _refused(
    request: HttpRequest, unreadable: list[Unreadable], readable: int, asked: dict[str, Any]
) -> HttpResponseBase:
    """Say which assemblies cannot be exported; what was asked goes into a form that asks for the others."""
    fields = [(name, item) for name, value in asked.items() for item in (value if isinstance(value, list) else [value])]
    context = {
        "unreadable": unreadable,
        "readable": readable,
        "fields": fields,
        "method": request.method,
    }
    return render_page(
        request,
        "library/import_export/unreadable.html",
        title=_("Not everything can be exported"),
        status=503,
        **context,
    )


def _zip(file: IO[bytes], name: str) -> HttpResponseBase:
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


def _back(request: HttpRequest, words: str) -> HttpResponseBase:
    messages.error(request, words)
    return HttpResponseRedirect(reverse("admin:assemblies_assembly_changelist"))


def _style_of(word: str | None) -> ArchiveStyle:
    try:
        return ArchiveStyle(word or ArchiveStyle.AUTHORING)
    except ValueError as error:
        raise Http404(_("Unknown document style.")) from error


def _domain_of(word: str | None) -> Domain | None:
    try:
        return Domain.from_wire(word) if word else None
    except ValueError as error:
        raise Http404(_("Unknown domain.")) from error
