"""The tabs of a page, in order; without script they are sections one below another."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assemblies.admin.history.field_words import PAYLOAD_WORDS
from assemblies.admin.item.editing import Editing
from assemblies.models import Content


@dataclass(frozen=True)
class Tab:
    """One tab; `count` is None where there is nothing to be counted."""

    name: str
    title: Any
    count: int | None = None
    has_errors: bool = False


def tabs_of(content: Content, editing: Editing | None, *, is_new: bool = False, run_count: int = 0) -> list[Tab]:
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
