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
        return self._located(answer)

    def _located(self, answer: Response) -> Response:
        """Say where what was answered stands; a copy has a `Location` of its own."""
        if "Location" not in answer:
            asked_for = self.request.method in SAFE_METHODS and self.request.resolver_match
            name = asked_for.view_name if asked_for else "api-assembly"
            kwargs = self.kwargs if asked_for else {"guid": self.kwargs["guid"]}
            answer["Content-Location"] = reverse(name, kwargs=kwargs)
        return answer
