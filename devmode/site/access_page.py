"""The page where people see and end their own tokens and sessions, and make tokens for their programs."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from devmode.accounts.attempts import TooManyAttempts
from devmode.grants.dev_mode import PasswordWrong
from devmode.grants.own_access import Access, end_access, list_access, make_token
from devmode.grants.principal import principal_of
from devmode.site.login_page import explain_sign_out

ALL_OTHERS = "others"
MAX_DAYS = 365
SECONDS_PER_DAY = 86400
# In this order: each calls itself also what comes after it.
BROWSERS = [
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ("curl/", "curl"),
]  # fmt: skip
SYSTEMS = [
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
]  # fmt: skip
MAX_BROWSER_NAME = 40


class TokenForm(forms.Form):
    """How long a token is to be valid, and the password: a session that was left open makes no lasting access."""

    days = forms.IntegerField(
        label=gettext_lazy("Valid for days"),
        min_value=1,
        max_value=MAX_DAYS,
        initial=90,
        help_text=gettext_lazy("As short as its program allows; it can be ended here at any time."),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=4096,
        strip=False,
        help_text=gettext_lazy("A token acts as you, so prove that it is you who makes it."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class AccessView(LoginRequiredMixin, TemplateView):
    """One's own sessions and tokens; `end` names the one to end, or all others, and `make` asks for a new token."""

    template_name = "devmode/access.html"

    def handle_no_permission(self) -> HttpResponseRedirect:
        explain_sign_out(self.request)
        return super().handle_no_permission()

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        own = list_access(principal_of(self.request), now=timezone.now())
        context: dict[str, Any] = {
            "title": _("Tokens and sessions"),
            "sessions": [(access, browser_name(access.user_agent)) for access in own if access.token is None],
            "tokens": [access for access in own if access.token],
            "has_others": any(not access.is_current for access in own),
            "form": TokenForm(),
        }
        return super().get_context_data(**admin.site.each_context(self.request), **context | more)

    @method_decorator(sensitive_post_parameters("password"))
    def post(self, request: HttpRequest) -> HttpResponse:
        return self._make(request) if "make" in request.POST else self._end(request)

    def _make(self, request: HttpRequest) -> HttpResponse:
        """Answer with the new token, which is shown this once and stored nowhere."""
        form = TokenForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            token = make_token(
                principal_of(request),
                password=form.cleaned_data["password"],
                ttl_seconds=form.cleaned_data["days"] * SECONDS_PER_DAY,
            )
        except PasswordWrong:
            form.add_error("password", _("This is not your password. No token was made."))
            return self.render_to_response(self.get_context_data(form=form), status=422)
        except TooManyAttempts as refusal:
            form.add_error(None, refusal.message)
            answer = self.render_to_response(self.get_context_data(form=form), status=429)
            answer["Retry-After"] = str(refusal.wait_seconds)
            return answer
        return self.render_to_response(self.get_context_data(new_token=token))

    def _end(self, request: HttpRequest) -> HttpResponseRedirect:
        wanted = request.POST.get("end", "")
        ended = _ended(request, wanted)
        if not ended and wanted != ALL_OTHERS:
            raise Http404
        if any(access.is_current for access in ended):
            logout(request)
        else:
            words = ngettext("%d was ended.", "%d were ended.", len(ended)) % len(ended)
            messages.success(request, words)
        return redirect("own-access")


def _ended(request: HttpRequest, wanted: str) -> list[Access]:
    return end_access(
        principal_of(request),
        lambda access: not access.is_current if wanted == ALL_OTHERS else access.key == wanted,
    )


def browser_name(user_agent: str) -> str:
    """Return words such as "Firefox, Windows"; of what is not known its own beginning, "" where it says nothing."""
    known = (next((name for mark, name in marks if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, known)) or user_agent[:MAX_BROWSER_NAME]
