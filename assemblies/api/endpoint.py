"""What every endpoint about one assembly shares: the GUID in its address may be any name the assembly is known by.

Names are looked up only after the GUID led nowhere, so that a look-up by GUID costs nothing more. Nothing was changed
by then: no assembly, no change.
"""

from django.urls import reverse
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from assemblies.api.finding import find_canonical
from assemblies.errors import AssemblyNotFound, InvalidGuid
from devmode.api.endpoint import PrivateEndpoint


class AssemblyEndpoint(PrivateEndpoint):
    """An endpoint below `assemblies/<guid>`; called by another name, it answers for the canonical assembly."""

    def handle_exception(self, exc: Exception) -> Response:
        led_nowhere = isinstance(exc, AssemblyNotFound | InvalidGuid)
        canonical = find_canonical(self.kwargs["guid"]) if led_nowhere else None
        if canonical is None:
            return super().handle_exception(exc)
        self.kwargs["guid"] = canonical
        try:
            answer: Response = getattr(self, str(self.request.method).lower())(self.request, *self.args, **self.kwargs)
        except Exception as error:
            return super().handle_exception(error)
        if "Location" not in answer:  # A copy says itself where it stands.
            answer["Content-Location"] = self._address(canonical)
        return answer

    def _address(self, canonical: str) -> str:
        """Return where what was answered stands: what was read, under the canonical GUID; else the assembly."""
        match = self.request.resolver_match
        if self.request.method in SAFE_METHODS and match is not None:
            return reverse(match.view_name, kwargs=self.kwargs)
        return reverse("api-assembly", kwargs={"guid": canonical})
