"""The admin site with guarded doors, Dev Mode's pages, and how Dev Mode stands on every page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from devmode.accounts.attempts import TooManyAttempts
from devmode.grants.principal import principal_of
from devmode.site.frame import here, way_back
from devmode.site.login_page import GuardedLoginForm, GuardedPasswordChangeView, explain_sign_out


class GuardedSite(AdminSite):
    """Django's admin site for everyone who is signed in: what each page shows and does is decided there."""

    login_form = GuardedLoginForm
    site_url = None

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_authenticated)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"principal": principal_of(request), "here": here(request)}

    def get_urls(self) -> list[Any]:
        """Leave out the redirect to an object's own page: none has one, and the replicas' shared model fails there."""
        own = [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]
        return [*self._dev_mode_urls(), *own]

    def _dev_mode_urls(self) -> list[URLPattern]:
        # The pages ask for the site that is being made here.
        from devmode.site import dev_mode_page, grants_page

        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("dev-mode/", dev_mode_page.dev_mode_page, "dev_mode"),
            ("dev-mode/extend/", dev_mode_page.extend, "dev_mode_extend"),
            ("dev-mode/leave/", dev_mode_page.leave, "dev_mode_leave"),
            ("dev-mode/grants/", grants_page.grants_page, "dev_mode_grants"),
            ("dev-mode/grants/<int:number>/revoke/", grants_page.revoke, "dev_mode_revoke"),
        ]
        return [path(route, self.admin_view(view), name=name) for route, view, name in pages]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Guard a page; a user who was signed out without asking for it learns why on the way to the log-in.

        Who visits an address that only takes forms (a reload, an old tab) reads that instead of an empty page.
        """
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def explained(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not self.has_permission(request):
                explain_sign_out(request)
            answer = guarded(request, *args, **kwargs)
            is_visit_to_form = request.method == "GET" and isinstance(answer, HttpResponseNotAllowed)
            return self._only_for_forms(request, answer) if is_visit_to_form else answer

        return explained

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log in; a user who is logged in already is redirected."""
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(way_back(request))
        try:
            return super().login(request, extra_context)
        except TooManyAttempts as refusal:
            return self._locked_out(request, refusal)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The page that says good-bye is nobody's: no Dev Mode is on there."""
        return super().logout(request, {"principal": None, **(extra_context or {})})

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {**self.each_context(request), **(extra_context or {})}
        request.current_app = self.name
        return GuardedPasswordChangeView.as_view(extra_context=context)(request)

    def _only_for_forms(self, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
        context = {**self.each_context(request), "title": _("This page cannot be opened by its address")}
        page = render(request, "admin/only_for_forms.html", context, status=405)
        page["Allow"] = answer["Allow"]
        return page

    def _locked_out(self, request: HttpRequest, refusal: TooManyAttempts) -> HttpResponse:
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "app_path": request.get_full_path(),
            "next": way_back(request),
            "form": self.login_form(request, initial={"username": request.POST.get("username", "")}),
            "locked_out": refusal.message,
        }
        answer = render(request, "admin/login.html", context, status=429)
        answer["Retry-After"] = str(refusal.wait_seconds)
        return answer
