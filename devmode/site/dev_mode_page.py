"""The page where administrators enter Dev Mode, and the two buttons that extend and leave it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from devmode.accounts.attempts import TooManyAttempts
from devmode.audit import AuditUnwritable
from devmode.audit.events import AccessEvent
from devmode.grants import dev_mode
from devmode.grants.principal import principal_of
from devmode.site.frame import for_administrators, framed, is_script, refused, state, way_back

PASSWORD_WORDS = {
    dev_mode.PasswordRequired.code: _("You logged in some time ago: give your password once more."),
    dev_mode.PasswordWrong.code: _("This is not your password. Dev Mode stays off."),
}
INVALID = "invalid_field"
UNWRITABLE = _("The audit cannot be written at the moment, so nothing was changed. Try again in a little while.")
ENDED = _("Dev Mode had ended already. Enter it again to go on.")


class EnterForm(forms.Form):
    """The API asks for no reason; people have to give one, since others will read it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("For example a ticket or what you are repairing. It is kept in the audit."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=4096,
        required=False,
        strip=False,
        help_text=_("You logged in some time ago, so prove that it is still you."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@sensitive_post_parameters("password")
@for_administrators
def dev_mode_page(request: HttpRequest) -> HttpResponse:
    """Show what Dev Mode is and how it stands; a POST enters it."""
    dev_mode.require_administrator(principal_of(request), AccessEvent.ENTER_DEV_MODE)
    return _enter(request) if request.method == "POST" else _page(request, EnterForm())


@require_POST
@for_administrators
def extend(request: HttpRequest) -> HttpResponse:
    """Let the end slide; for the banner's script, without leaving the page."""
    try:
        grant = dev_mode.extend(principal_of(request))
    except dev_mode.NotInDevMode as refusal:
        if is_script(request):
            return refused(refusal.code, ENDED)
        messages.warning(request, ENDED)
    else:
        if is_script(request):
            return state(grant)
    return HttpResponseRedirect(way_back(request))


@require_POST
@for_administrators
def leave(request: HttpRequest) -> HttpResponse:
    dev_mode.leave(principal_of(request))
    messages.success(request, _("You left Dev Mode."))
    return HttpResponseRedirect(way_back(request))


def _enter(request: HttpRequest) -> HttpResponse:
    form, principal = EnterForm(request.POST), principal_of(request)
    try:
        dev_mode.count_attempt(principal)
        if not form.is_valid():
            return _again(request, form, INVALID, next(iter(form.errors.values()))[0], status=400)
        grant = dev_mode.enter(principal, **form.cleaned_data)
    except TooManyAttempts as refusal:
        answer = _again(request, form, "throttled", refusal.message, status=429)
        answer["Retry-After"] = str(refusal.wait_seconds)
        return answer
    except (dev_mode.PasswordRequired, dev_mode.PasswordWrong) as refusal:
        return _again(request, form, refusal.code, PASSWORD_WORDS[refusal.code], field="password")
    except AuditUnwritable:
        return _again(request, form, "audit_unavailable", UNWRITABLE, status=503)
    return state(grant) if is_script(request) else HttpResponseRedirect(way_back(request))


def _again(
    request: HttpRequest, form: EnterForm, code: str, message: Any, *, field: str | None = None, status: int = 403
) -> HttpResponse:
    """Say at the form what stands in the way; what was typed stays, but for the password."""
    if is_script(request):
        return refused(code, message, status=status)
    if code != INVALID:
        form.add_error(field, message)
    # A browser takes a form that is shown again as an ordinary page, as Django's own forms are.
    return _page(request, form, ask_password=field == "password", status=status if status >= 429 else 200)


def _page(request: HttpRequest, form: EnterForm, *, ask_password: bool = False, status: int = 200) -> HttpResponse:
    return framed(
        request,
        "devmode/dev_mode.html",
        title=_("Dev Mode"),
        status=status,
        form=form,
        next=way_back(request),
        ask_password=ask_password or not principal_of(request).authenticated_recently(timezone.now()),
        sliding=lasting(settings.DEV_MODE_TTL_SECONDS),
        longest=lasting(settings.DEV_MODE_MAX_SECONDS),
    )


def lasting(seconds: int) -> str:
    """Return a length of time in words."""
    if seconds % 60:
        return ngettext("%d second", "%d seconds", seconds) % seconds
    return ngettext("%d minute", "%d minutes", seconds // 60) % (seconds // 60)
