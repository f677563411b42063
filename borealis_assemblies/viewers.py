"""Pages in the viewer's language and in the viewer's time zone. Programs are answered in English and in UTC, always.

Each answer leaves the thread as it found it: the next one may be for somebody else.
"""

from collections.abc import Callable
from functools import cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone, translation

GetResponse = Callable[[HttpRequest], HttpResponseBase]

FOR_PROGRAMS = ("/api/", "/health/")
# The longest name there is has about half of it.
MAX_ZONE_LENGTH = 64


class PageLanguage:
    """Django's own choice of language, by cookie or by the browser's wish, for pages alone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.chosen: GetResponse = LocaleMiddleware(get_response)  # type: ignore[assignment]  # never asynchronous here

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with translation.override(settings.LANGUAGE_CODE):
            return self.get_response(request) if is_for_programs(request) else self.chosen(request)


class PageTimeZone:
    """Tell times as the clock on the viewer's wall does, as their browser says in a cookie."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        zone = None if is_for_programs(request) else find_zone(request.COOKIES.get(settings.TIME_ZONE_COOKIE_NAME, ""))
        with timezone.override(zone):
            return self.get_response(request)


def is_for_programs(request: HttpRequest) -> bool:
    return f"{request.path_info}/".startswith(FOR_PROGRAMS)


def find_zone(named: str) -> ZoneInfo | None:
    """Return the zone of a cookie's value. Only names that are known are looked up: a zone's name is a path, too."""
    name = unquote(named[: 3 * MAX_ZONE_LENGTH])
    return ZoneInfo(name) if name in known_zones() else None


@cache
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones())
