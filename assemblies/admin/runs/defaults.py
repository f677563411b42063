"""The page of default timeouts: one number for each kind of assembly, and one for those without."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assemblies.actions.permit import get_permit
from assemblies.admin.page import refusals_as_pages, render_page, require_administrator
from assemblies.audit_events import LibraryEvent
from assemblies.execution.defaults import (
    ACTIONS,
    DEFAULT_TIMEOUT_SECONDS,
    EVERY_ACTION,
    MAX_TIMEOUT_SECONDS,
    default_seconds,
    set_default_seconds,
)
from assemblies.permissions import Place, Verb
from assemblies.web.actors import actor_of


class DefaultsForm(forms.Form):
    """Seconds by action; an empty field leaves the action to the number for every other one."""

    def __init__(self, sent: Mapping[str, Any] | None = None) -> None:
        kept = default_seconds()
        super().__init__(sent, initial=kept)
        for action in ACTIONS:
            self.fields[action] = forms.IntegerField(
                label=_("Every other kind") if action == EVERY_ACTION else action,
                required=False,
                min_value=1,
                max_value=MAX_TIMEOUT_SECONDS,
                widget=forms.NumberInput(attrs={"placeholder": self._inherited(action, kept), "inputmode": "numeric"}),
            )

    @staticmethod
    def _inherited(action: str, kept: Mapping[str, int]) -> int:
        inherited = None if action == EVERY_ACTION else kept.get(EVERY_ACTION)
        return inherited or DEFAULT_TIMEOUT_SECONDS

    def seconds(self) -> dict[str, int]:
        return {action: seconds for action, seconds in self.cleaned_data.items() if seconds is not None}


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def run_defaults(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        require_administrator(request)
        return _page(request, DefaultsForm())
    permit = get_permit(actor_of(request), LibraryEvent.SET_RUN_DEFAULTS, Place.LIBRARY, verb=Verb.ADMINISTER)
    form = DefaultsForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    if set_default_seconds(form.seconds(), permit=permit):
        messages.success(request, _("Saved. Runs submitted from now on use these timeouts."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("admin:run_defaults")


def _page(request: HttpRequest, form: DefaultsForm, *, status: int = 200) -> HttpResponse:
    return render_page(
        request,
        "library/runs/defaults.html",
        title=_("Default timeouts"),
        status=status,
        form=form,
        fallback=DEFAULT_TIMEOUT_SECONDS,
    )
