"""One assembly as a page: what to read, and for who may change it the form. Reading changes nothing."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assemblies.admin.history.field_words import PAYLOAD_WORDS
from assemblies.admin.history.tab import history_of
from assemblies.admin.item import page_header
from assemblies.admin.item.checks import checks_of
from assemblies.admin.item.conflict import Conflict
from assemblies.admin.item.editing import Editing, Revision, editing_of, newest_of
from assemblies.admin.item.editor import editor_context
from assemblies.admin.item.form import payload_as_text
from assemblies.admin.item.page_header import NOTES_SHOWN, notes_on, said_of
from assemblies.admin.item.raw import raw_text
from assemblies.admin.item.read_tabs import shown_summary, shown_variables
from assemblies.admin.links_and_badges import upstream_tone
from assemblies.admin.page import render_page, sent_number
from assemblies.admin.runs.lines import latest_runs
from assemblies.admin.where_used import users_of
from assemblies.admin.workflow.picture import picture_of
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.checking.references import WAYS
from assemblies.documents import decode_text
from assemblies.domains import Domain, Kind
from assemblies.errors import DevModeRequired, LibraryError
from assemblies.models import Content, JournalEntry
from assemblies.models.content import parse_time
from assemblies.web.actors import is_administrator
from assemblies.web.deprecations import find_deprecated_nodes
from assemblies.web.item_facts import flags_of

TEMPLATE = "library/item/page.html"


@dataclass(frozen=True)
class Tab:
    """One tab; `count` is None where there is nothing to be counted."""

    name: str
    title: Any
    count: int | None = None
    has_errors: bool = False


@dataclass(frozen=True)
class Refused:
    """A save that was not made: the form as it was sent, why, and what it stood against."""

    status: int
    editing: Editing | None = None
    raw: str | None = None
    error: LibraryError | None = None
    message: Any = ""
    conflict: Conflict | None = None

    @property
    def needs_dev_mode(self) -> bool:
        return isinstance(self.error, DevModeRequired)


def item_page(request: HttpRequest, entry: CatalogueEntry, refused: Refused | None = None) -> HttpResponse:
    """Return the page; after a save that was refused with everything that was typed."""
    revision = newest_of(entry)
    rights = page_header.rights_in(request, entry)
    runs, snapshot = latest_runs(entry.guid, rights.actor), library_catalogue().current()
    lifecycle = said_of(entry, rights.actor.name, snapshot)
    editing = refused.editing if refused and refused.editing else None
    if editing is None and rights.may_write:
        editing = editing_of(revision)
    return render_page(
        request,
        TEMPLATE,
        title=entry.content.display_name,
        status=refused.status if refused else 200,
        entry=entry,
        content=entry.content,
        deleted_by=_deleted_by(entry) if entry.deleted_at else "",
        may_restore=rights.refusal is None,
        domain=Domain(entry.domain),
        rights=rights,
        refused=refused,
        lifecycle=lifecycle,
        notes=notes_on(entry),
        notes_shown=NOTES_SHOWN,
        used_by=users_of(entry.guid, snapshot),
        origin=page_header.origin_of(entry, snapshot),
        is_withdrawn=page_header.is_withdrawn(entry),
        upstream_tone=upstream_tone(entry.upstream_state),
        created_at=parse_time(entry.content.created_at),
        updated_at=parse_time(entry.content.updated_at),
        is_administrator=is_administrator(request),
        history=history_of(entry, sent_number(request.GET, "page") or 1),
        runs=runs,
        checks=checks_of(entry, lifecycle.suppressed),
        raw=raw_text(entry.guid, revision),
        raw_typed=refused.raw if refused else None,
        **editing_context(editing, revision, run_count=runs.total),
    )


def _deleted_by(entry: CatalogueEntry) -> str:
    return JournalEntry.objects.values_list("actor", flat=True).get(sequence=entry.revision)


def editing_context(
    editing: Editing | None, revision: Revision, *, is_new: bool = False, run_count: int = 0
) -> dict[str, Any]:
    """Return what the tabs of the form show, for an assembly that is there as for one that is to be."""
    content, payload = revision.content, revision.payload
    is_workflow = content.kind is Kind.WORKFLOW
    # A script as it is stored, line ends included; what the form edits is made of it.
    text = payload_as_text(content.kind, payload) if is_workflow or payload is None else decode_text(payload)
    return {
        "editing": editing,
        "form": editing.form if editing else None,
        "variable_rows": editing.rows if editing else None,
        "may_write": editing is not None,
        "tabs": tabs_of(content, editing, is_new=is_new, run_count=run_count),
        "payload_text": text,
        "payload_problem": _problem(revision),
        "picture": picture_of(payload) if is_workflow and payload is not None else None,
        "deprecated_nodes": find_deprecated_nodes(payload) if is_workflow and payload is not None else (),
        "variables": shown_variables(content),
        "summary": shown_summary(content),
        "references": WAYS,
        "categories": _categories() if editing else (),
        "flags": flags_of(content, payload),
        **editor_context(content, text),
    }


def _problem(revision: Revision) -> str:
    """Return in words why there is no text."""
    if revision.payload is None:
        return revision.problem
    if revision.content.kind is not Kind.WORKFLOW and decode_text(revision.payload) is None:
        return gettext("The payload is binary. It can be exported, and its other fields can be changed.")
    return ""


def _categories() -> list[str]:
    entries = library_catalogue().current().entries.values()
    return sorted({entry.content.category for entry in entries if entry.content.category}, key=str.casefold)


def tabs_of(content: Content, editing: Editing | None, *, is_new: bool = False, run_count: int = 0) -> list[Tab]:
    """Return the tabs of a page, in order; without script they are sections one below another."""
    wrong = set(editing.form.errors) if editing and editing.form.is_bound else set()
    rows = editing.rows if editing else None
    wrong_rows = rows is not None and rows.is_bound and (any(rows.errors) or bool(rows.non_form_errors()))
    summary = Tab("summary", _("Summary"), has_errors=bool(wrong - {"payload"}))
    work = [
        Tab("script", PAYLOAD_WORDS[content.kind], has_errors="payload" in wrong),
        Tab("variables", _("Variables"), len(content.variables), has_errors=wrong_rows),
    ]
    if is_new:
        return [summary, *work]
    files = Tab("files", _("Files"), len(content.files))
    runs = Tab("runs", _("Runs"), run_count)
    return [*work, files, Tab("history", _("History")), runs, summary, Tab("raw", _("Raw"))]
