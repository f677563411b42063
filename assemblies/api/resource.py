"""What every resource about one assembly shares: the address may have any name that the assembly is known by.

Called by another name than its GUID, it answers for the canonical assembly and says so in `Content-Location`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpResponse
from django.urls import reverse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from assemblies.actions.change import Event
from assemblies.actions.permit import Permit, get_permit
from assemblies.actions.repetition import was_made
from assemblies.api.request_headers import expected_revision
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.domains import Domain
from assemblies.models import Assembly
from assemblies.payloads import PayloadReference
from assemblies.web.actors import actor_of
from assemblies.web.lookups import get_any_entry, get_entry, get_row, resolve
from assemblies.web.replay import Basis, made_of
from assemblies.web.resource import LibraryResource
from devmode.audit.events import AuditEvent

Found = TypeVar("Found")


@dataclass(frozen=True)
class AuthorizedChange:
    """A change that its actor may make, of the assembly as the catalogue has it."""

    entry: CatalogueEntry
    permit: Permit
    expected_revision: int | None
    event: Event | None = None


class AssemblyResource(LibraryResource):
    """A resource below `assemblies/<guid>`. What finds the assembly raises InvalidGuid, AssemblyNotFound."""

    lookup_field, lookup_value_converter = "guid", "str"
    _canonical: str | None = None

    def entry(self, guid: str) -> CatalogueEntry:
        """Return the catalogue's entry of a live assembly."""
        return self._remembered(get_entry(guid))

    def any_entry(self, guid: str) -> CatalogueEntry:
        """Return the catalogue's entry of an assembly, deleted or not."""
        return self._remembered(get_any_entry(guid))

    def row(self, guid: str) -> Assembly:
        """Return the row of a live assembly."""
        row = get_row(guid)
        self._canonical = row.guid
        return row

    def resolved(self, guid: str, get: Callable[[str], Found]) -> Found:
        """Return what `get` finds by the GUID, or by the one that it is another name of."""
        self._canonical, found = resolve(guid, get)
        return found

    def authorize_change(
        self, guid: str, kind: AuditEvent, *, deleted_too: bool = False, event: Event | None = None
    ) -> AuthorizedChange:
        """Return the change that the request asks for, before its body is read and any revision compared.

        No revision is compared where `event` has made the change already. The action decides again on the locked row.
        Raises Forbidden or DevModeRequired (audited under `kind`), RevisionConflict and IdempotencyKeyReused.
        """
        entry = self.any_entry(guid) if deleted_too else self.entry(guid)
        permit = get_permit(actor_of(self.request), kind, Domain(entry.domain), guid=entry.guid)
        expected = None if was_made(event) else expected_revision(self.request, entry)
        return AuthorizedChange(entry, permit, expected, event)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        # A copy says itself where it is.
        if self._by_another_name and response.status_code < 400 and "Location" not in response:
            response["Content-Location"] = self._address(request)
        return response

    def made_of_entry(
        self,
        answer: HttpResponse,
        entry: CatalogueEntry,
        administrator: bool,
        payload: PayloadReference | None = None,
    ) -> HttpResponse:
        """Let an answer be given again for as long as the library is where it is; not one about another name."""
        snapshot = library_catalogue().newest
        if self._by_another_name or snapshot.entries.get(entry.guid) is not entry:
            return answer
        return made_of(answer, Basis(snapshot, administrator, payload))

    @property
    def _by_another_name(self) -> bool:
        """Whether the address has another name of the assembly than its GUID."""
        return self._canonical not in {None, self.kwargs.get("guid", "").strip().lower()}

    def _address(self, request: Request) -> str:
        """Return where what was answered is: what was read, under the canonical GUID; else the assembly."""
        canonical, match = {"guid": self._canonical}, request.resolver_match
        if request.method in SAFE_METHODS and match is not None:
            return reverse(match.view_name, kwargs={**self.kwargs, **canonical})
        return reverse("api-assembly-detail", kwargs=canonical)

    def _remembered(self, entry: CatalogueEntry) -> CatalogueEntry:
        self._canonical = entry.guid
        return entry
