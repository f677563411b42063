"""One previewed document as the form of a new assembly, filled in: nothing is stored until somebody creates it."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from assemblies.admin.import_export.upload import Readable
from assemblies.admin.item.editing import Editing, fill, typed_editing
from assemblies.admin.item.form import shown_fields
from assemblies.admin.item.new import blank_revision, new_item_page
from assemblies.admin.item.variable_rows import MAX_ROWS, has_plain_choices, shown_order, shown_variable
from assemblies.documents import Document, decode_text
from assemblies.domains import Kind


def opens_in_editor(document: Document) -> bool:
    """Say whether the form can hold its script: a binary one it cannot."""
    is_text = document.kind is Kind.WORKFLOW or decode_text(document.payload) is not None
    return is_text and len(document.variables) <= MAX_ROWS


def editor_page(request: HttpRequest, one: Readable) -> HttpResponseBase:
    """Return the form as if everything had been typed into it; it says what a form has no place for."""
    editing = _typed(one.document)
    return new_item_page(request, one.document.kind, editing, opened=one.place, left_out=_left_out(one.document))


def _typed(document: Document) -> Editing:
    typed = QueryDict(mutable=True)
    fill(typed, shown_fields(document, document.payload) | _rows(document))
    blank = blank_revision(document.kind)
    return typed_editing(typed, blank, blank)


def _rows(document: Document) -> dict[str, str]:
    """Return the variables as rows of the form, new ones all of them."""
    order = shown_order(document.variables)
    sent = {"variables-TOTAL_FORMS": str(len(order)), "variables-INITIAL_FORMS": "0"}
    for place, at in enumerate(order):
        shown = shown_variable(document.variables[at])
        shown["required"] = "on" if shown["required"] else ""
        sent |= {f"variables-{place}-{name}": value for name, value in shown.items() if value}
        sent[f"variables-{place}-ORDER"] = str(place + 1)
    return sent


def _left_out(document: Document) -> list[str]:
    """Return in words what only an import keeps."""
    extras: list[Any] = [document.metadata, document.further_fields, document.envelope_extra]
    if not isinstance(document.tags, list):
        extras.append(document.tags)
    found = {
        _("its files"): bool(document.files),
        _("its GUID"): document.guid is not None,
        _("choices that are not plain lines"): not all(map(has_plain_choices, document.variables)),
        _("fields that the form does not know"): any(extras),
    }
    return [words for words, is_there in found.items() if is_there]
