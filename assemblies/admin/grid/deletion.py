"""The page that asks before many are deleted: their names, and what still points to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from assemblies.admin.grid.address import ListAddress, address_of
from assemblies.admin.page import render_page
from assemblies.admin.where_used import find_copies, find_replaced
from assemblies.catalogue import CatalogueEntry, Snapshot, library_catalogue
from assemblies.domains import Domain
from assemblies.errors import AssemblyNotFound

SHOWN = 200


@dataclass(frozen=True)
class Doomed:
    """An assembly that is about to go, with what was copied from it and what names it as its successor."""

    entry: CatalogueEntry
    source: Any
    copies: list[CatalogueEntry]
    replaces: list[CatalogueEntry]


def confirmation(request: HttpRequest, guids: Sequence[str]) -> HttpResponse:
    """Return the page. Raises AssemblyNotFound."""
    snapshot, address = library_catalogue().current(), ListAddress.of_text(request.POST.get("query", ""))
    entries = [_get(snapshot, guid) for guid in guids]
    count = len(entries)
    return render_page(
        request,
        "library/grid/delete.html",
        title=ngettext("Delete %(count)d assembly?", "Delete %(count)d assemblies?", count) % {"count": count},
        doomed=_doomed(snapshot, entries[:SHOWN]),
        rest=max(0, count - SHOWN),
        shown=" ".join(f"{entry.guid}@{entry.revision}" for entry in entries),
        query=address.here,
        back=address_of(address),
    )


def _get(snapshot: Snapshot, guid: str) -> CatalogueEntry:
    entry = snapshot.entries.get(guid)
    if entry is None or entry.deleted_at is not None:
        raise AssemblyNotFound(assembly_guid=guid)
    return entry


def _doomed(snapshot: Snapshot, entries: Sequence[CatalogueEntry]) -> list[Doomed]:
    guids = {entry.guid for entry in entries}
    copies, replaced = find_copies(snapshot, guids), find_replaced(snapshot, guids)
    return [
        Doomed(entry, Domain(entry.domain).label, copies.get(entry.guid, []), replaced.get(entry.guid, []))
        for entry in entries
    ]
