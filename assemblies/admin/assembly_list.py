"""The list of assemblies: light rows, each with its entry of the catalogue."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assemblies.catalogue import library_catalogue
from assemblies.journal.pending import persisted_sequences
from assemblies.models import Assembly


def with_entries(rows: Iterable[Assembly]) -> list[Assembly]:
    """Return the rows, each with `catalogue_entry`: its state of persistence, at one query for all of them."""
    rows = list(rows)
    entries = library_catalogue().current().entries
    for row in rows:
        row.catalogue_entry = entries.get(row.guid)  # type: ignore[attr-defined]
    return rows


class AssemblyList(ChangeList):
    """Leaves the long texts in the database."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Assembly]:
        rows: QuerySet[Assembly] = super().get_queryset(request, exclude_parameters)
        return rows.defer("content", "search_text")

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = with_entries(self.result_list)


class StateFilter(admin.SimpleListFilter):
    """Assemblies that wait for their domain database, and deleted ones."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("live", _("In the library")), ("queued", _("Queued to Write to DB")), ("deleted", _("Deleted"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Assembly]) -> QuerySet[Assembly]:
        match self.value():
            case "live":
                return queryset.filter(deleted_at=None)
            case "deleted":
                return queryset.exclude(deleted_at=None)
            case "queued":
                return queryset.filter(_waiting())
        return queryset


def _waiting() -> Q:
    waiting = Q()
    for domain, sequence in persisted_sequences().items():
        waiting |= Q(domain=domain, sequence__gt=sequence)
    return waiting
