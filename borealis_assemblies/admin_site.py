"""The admin site of the library: its navigation by what people come for, and the pages that are about no one row.

The library's pages are imported when they are first used: importing them registers with the site that is being made.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.contrib import admin
from django.core.checks import CheckMessage
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from devmode.site.guarded_site import GuardedSite


class LibrarySite(GuardedSite):
    """Django's admin as the library's people use it."""

    site_header = site_title = "Borealis Assemblies"

    def get_urls(self) -> list[Any]:
        admin.autodiscover()
        return [*self._pages(), *super().get_urls()]

    def check(self, app_configs: Sequence[AppConfig] | None) -> list[CheckMessage]:
        admin.autodiscover()
        return super().check(app_configs)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        from assemblies.admin.front.page import front_page

        return front_page(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        from assemblies.admin.navigation import sections

        return super().get_app_list(request, app_label) if app_label else sections(request, self)

    def _pages(self) -> list[URLPattern]:
        from assemblies.admin.pages import CACHEABLE, PAGES

        return [path(route, self.admin_view(view, name in CACHEABLE), name=name) for route, view, name in PAGES]
