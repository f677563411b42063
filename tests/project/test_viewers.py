"""Pages speak the viewer's language and tell the viewer's time; programs get English and UTC whatever they send."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from assemblies.payloads import PayloadStore
from borealis_assemblies.viewers import PageLanguage, PageTimeZone, find_zone
from tests.project.test_settings import shown

SET_LANGUAGE = "/i18n/setlang/"
HOSTILE_ZONES = [
    "", "/", "..", "../../etc/passwd", "Europe", "Europe/../Europe/Berlin", "/usr/share/zoneinfo/Europe/Berlin",
    "Europe/Berlin\0", "Europe/Berlin\n", "Nowhere/Land", "A" * 100_000, "%2e%2e%2fetc%2fpasswd", "posixrules",
    "zone.tab", "<script>", "Europe/Berlin" + "%20" * 1000, "\udcff",
]  # fmt: skip


def seen(path: str, *, zone: str = "", language: str = "") -> tuple[str, str]:
    """Return the zone and the language that a view behind both is asked in."""
    found: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        found.extend([timezone.get_current_timezone_name(), str(translation.get_language())])
        return HttpResponse()

    request = RequestFactory().get(path, headers={"Accept-Language": language} if language else {})
    request.COOKIES[project.TIME_ZONE_COOKIE_NAME] = zone
    PageLanguage(PageTimeZone(view))(request)
    assert (timezone.get_current_timezone_name(), translation.get_language()) == ("UTC", "en")
    return found[0], found[1]


@pytest.mark.parametrize("path", ["/", "/admin/", "/account/access", "/apiary/"])
def test_pages_are_told_in_the_viewers_zone_and_language(path: str) -> None:
    assert seen(path, zone="Europe%2FBerlin", language="de-AT,en;q=0.5") == ("Europe/Berlin", "de")
    assert seen(path, zone="America/Argentina/Buenos_Aires", language="fr") == ("America/Argentina/Buenos_Aires", "en")
    assert seen(path) == ("UTC", "en")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/assemblies", "/health", "/health/ready"])
def test_programs_are_answered_in_utc_and_english(path: str) -> None:
    assert seen(path, zone="Europe%2FBerlin", language="de") == ("UTC", "en")


@pytest.mark.parametrize("name", HOSTILE_ZONES)
def test_what_names_no_zone_is_ignored(name: str) -> None:
    assert find_zone(name) is None


def test_a_zone_is_found_as_browsers_write_it() -> None:
    assert find_zone("Asia%2FKolkata") == find_zone("Asia/Kolkata") == ZoneInfo("Asia/Kolkata")


def test_an_error_leaves_nothing_behind() -> None:
    def failing(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    request = RequestFactory().get("/admin/", headers={"Accept-Language": "de"})
    request.COOKIES[project.TIME_ZONE_COOKIE_NAME] = "Europe/Berlin"
    with pytest.raises(ZeroDivisionError):
        PageLanguage(PageTimeZone(failing))(request)
    assert (timezone.get_current_timezone_name(), translation.get_language()) == ("UTC", "en")


@pytest.mark.parametrize("path", ["/api/assemblies", "/api/nowhere", "/health", "/api/assemblies/dev-mode"])
def test_no_answer_of_the_api_depends_on_the_language(library: PayloadStore, path: str) -> None:
    client = Client(headers={"Accept-Language": "de"})
    client.cookies[project.LANGUAGE_COOKIE_NAME] = "de"
    answer = client.get(path)
    assert answer.content == Client().get(path).content
    assert "Accept-Language" not in answer.get("Vary", "")
    assert "Content-Language" not in answer


def test_pages_say_their_language_and_vary_by_it(library: PayloadStore) -> None:
    answer = Client(headers={"Accept-Language": "de"}).get("/admin/login/")
    assert answer["Content-Language"] == "de"
    assert {"Accept-Language", "Cookie"} <= {word.strip() for word in answer["Vary"].split(",")}
    assert "no-store" in answer["Cache-Control"]
    assert '<html lang="de"' in answer.content.decode()


class TestChoosing:
    def test_a_language_is_chosen_in_the_footer_and_kept(self, library: PayloadStore) -> None:
        client = Client()
        answer = client.post(SET_LANGUAGE, {"language": "de", "next": "/admin/login/?next=/account/access"})
        assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/account/access")
        cookie = answer.cookies[project.LANGUAGE_COOKIE_NAME]
        assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["path"]) == ("de", True, "Lax", "/")
        assert '<html lang="de"' in client.get("/admin/login/").content.decode()
        client.post(SET_LANGUAGE, {"language": "en"})
        assert '<html lang="en"' in client.get("/admin/login/").content.decode()

    @pytest.mark.parametrize("language", ["fr", "", "../de", "x" * 10_000, "de\0"])
    def test_what_is_no_language_of_ours_changes_nothing(self, library: PayloadStore, language: str) -> None:
        client = Client()
        answer = client.post(SET_LANGUAGE, {"language": language})
        assert answer.status_code == 302
        assert '<html lang="en"' in client.get("/admin/login/").content.decode()

    @pytest.mark.parametrize("wanted", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
    def test_it_leads_to_no_other_site(self, library: PayloadStore, wanted: str) -> None:
        assert Client().post(SET_LANGUAGE, {"language": "de", "next": wanted})["Location"] == "/"

    def test_a_get_chooses_nothing_and_neither_does_another_site(self, library: PayloadStore) -> None:
        assert project.LANGUAGE_COOKIE_NAME not in Client().get(SET_LANGUAGE, {"language": "de"}).cookies
        assert Client(enforce_csrf_checks=True).post(SET_LANGUAGE, {"language": "de"}).status_code == 403

    def test_the_footer_names_zone_and_languages(self, library: PayloadStore) -> None:
        client = Client()
        client.force_login(User.objects.create_user("vera"))
        client.cookies[project.TIME_ZONE_COOKIE_NAME] = "Pacific%2FChatham"
        page = client.get("/account/access").content.decode()
        assert page.count("Times in Pacific/Chatham") == 1
        assert 'value="de" lang="de">Deutsch' in page
        assert 'value="en" lang="en" aria-current="true">English' in page


def test_behind_https_the_cookie_is_host_bound_and_secure(tmp_path: Path) -> None:
    names = {"PUBLIC_URL": "https://library.example.org"}
    assert shown("LANGUAGE_COOKIE_NAME", "LANGUAGE_COOKIE_SECURE", runtime_root=tmp_path, names=names) == [
        "__Host-language",
        True,
    ]
