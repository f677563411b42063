"""The admin's own ways to try a password, its log-in and its password change, under the limits and audit of the API.

Somebody who was signed out without asking for it learns on the log-in page why.
"""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from devmode.accounts.attempts import TooManyAttempts
from devmode.accounts.password_attempt import PasswordAttempt
from devmode.accounts.session_store import find_kept
from devmode.audit.events import AccessEvent, AuditEvent
from devmode.grants.principal import address_of
from devmode.write_lock import write_transaction

RAN_OUT = _("Your session ran out, as each does some hours after its log-in. Log in again to go on.")
WAS_ENDED = _(
    "Your session was ended: by a log-out elsewhere, on the page of tokens and sessions, or because the password was "
    "changed. Log in again to go on."
)
NOT_ACTIVE = _("Your account is not active any more. An administrator can say why.")


def explain_sign_out(request: HttpRequest) -> None:
    """Leave a message when a browser came with a session that is none any more; it is read on the log-in page."""
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if session_key and (why := _why(session_key)):
        messages.warning(request, why)


def _why(session_key: str) -> Any:
    row = find_kept(session_key)
    if row is None:
        return WAS_ENDED
    if row.expire_date <= timezone.now():
        return RAN_OUT
    return NOT_ACTIVE if SESSION_KEY in row.get_decoded() else None


class GuardedLoginForm(AdminAuthenticationForm):
    """Lets every active account in. Raises TooManyAttempts and AuditUnwritable past the view: nobody is then."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("The name or the password is wrong, or the account is not active."),
    }

    def confirm_login_allowed(self, user: Any) -> None:
        """Ask for no staff: what each page shows and does is decided there."""

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("username") or not self.cleaned_data.get("password"):
            return super().clean()
        attempt = _attempt(self.request, AccessEvent.LOG_IN, self.cleaned_data["username"])
        attempt.take()
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            attempt.fail()
            raise
        with write_transaction():
            attempt.succeed(self.get_user())
        return cleaned


class GuardedPasswordChangeView(PasswordChangeView):
    """The password and its audit entry change in one transaction."""

    form_class = AdminPasswordChangeForm
    template_name = "registration/password_change_form.html"
    success_url = reverse_lazy("admin:password_change_done")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self._attempt().take()
        except TooManyAttempts as refusal:
            return self._locked_out(refusal)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        if "old_password" in form.errors:
            self._attempt().fail("password_wrong")
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        with write_transaction():
            self._attempt().succeed(form.user)
            return super().form_valid(form)

    def _locked_out(self, refusal: TooManyAttempts) -> HttpResponse:
        unsent = AdminPasswordChangeForm(self.get_form_kwargs()["user"])
        answer = self.render_to_response(self.get_context_data(form=unsent, locked_out=refusal.message), status=429)
        answer["Retry-After"] = str(refusal.wait_seconds)
        return answer

    def _attempt(self) -> PasswordAttempt:
        return _attempt(self.request, AccessEvent.CHANGE_PASSWORD, self.request.user.get_username())


def _attempt(request: HttpRequest | None, event: AuditEvent, username: str) -> PasswordAttempt:
    address = address_of(request) if request else ""
    return PasswordAttempt(event=event, username=username, address=address, by="session")
