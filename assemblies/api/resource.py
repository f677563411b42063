"""What every resource of the library's API is: one of devmode's, whose refusals are the library's facts.

A resource of one assembly may be addressed by any name that the assembly is known by. Called by another name than its
GUID, it answers for the canonical assembly and says so in `Content-Location`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpResponse
from django.urls import reverse
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.settings import api_settings

from assemblies.actions.change import Event
from assemblies.actions.permit import Permit, get_permit
from assemblies.actions.repetition import was_made
from assemblies.api.request_headers import expected_revision
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.domains import Domain
from assemblies.errors import InvalidDocument, InvalidField, UnknownField
from assemblies.models import Assembly
from assemblies.payloads import PayloadReference
from assemblies.web.actors import actor_of
from assemblies.web.lookups import get_any_entry, get_entry, get_row, resolve
from assemblies.web.replay import Basis, made_of
from assemblies.web.uploads import check_upload_size
from devmode.api.resource import Resource, reader_of
from devmode.api.shapes import Shape
from devmode.audit.events import AuditEvent


class LibraryResource(Resource):
    """A resource of the library."""

    # An action may set it: its bodies are as large as uploads may be.
    takes_uploads = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if self.takes_uploads:
            # Before authentication, whose check of the CSRF token reads a form's whole body.
            check_upload_size(request)
        super().initial(request, *args, **kwargs)

    def body(self, **context: Any) -> dict[str, Any]:
        """Return what the body says, as the action declares it. Raises InvalidDocument and its kinds, InvalidGuid."""
        self._check_object()
        return super().body(**context)

    def part(self, shape: type[Shape]) -> dict[str, Any]:
        """Return what the body says of the fields of `shape` alone: what decides whether the rest may be sent."""
        self._check_object()
        whole = self.declared.body_of(str(self.request.content_type))
        self.check_names(self.request.data, reader_of(whole).fields)
        known = reader_of(shape).fields.keys()
        data: Any = self.request.data
        return self.read(shape, {name: data[name] for name in known & data.keys()})

    def _check_object(self) -> None:
        if not isinstance(self.request.data, Mapping):
            raise InvalidDocument("The body must be a JSON object.", field="document")

    def refusal(self, error: serializers.ValidationError) -> Exception:
        """Return the fact of the first place at fault, such as `hashes[5]` or `draft.payload`."""
        place, words = first_fault(error.detail)
        kind = UnknownField if words.code == "unknown_field" else InvalidField
        return kind(str(words), field=place)


def first_fault(detail: Any, place: str = "") -> tuple[str, ErrorDetail]:
    """Return the place of the first error in what a serializer found, and its words.

    Errors of a field are a list of words; those of a list or an object are kept by the index or name of its element.
    """
    if isinstance(detail, ErrorDetail):
        return place, detail
    if not isinstance(detail, Mapping):
        return first_fault(detail[0], place)
    key, inner = next(iter(detail.items()))
    if isinstance(key, int):
        return first_fault(inner, f"{place}[{key}]")
    if place and key == api_settings.NON_FIELD_ERRORS_KEY:
        return first_fault(inner, place)
    return first_fault(inner, f"{place}.{key}" if place else key)


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
