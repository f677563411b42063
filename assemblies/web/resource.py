"""What every resource of the library's API is: one of devmode's, whose refusals are the library's facts."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.settings import api_settings

from assemblies.errors import InvalidDocument, InvalidField, UnknownField
from assemblies.web.uploads import check_upload_size
from devmode.api.resource import Resource, reader_of
from devmode.api.shapes import Shape


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
