"""A real server whose public address has a path, behind a proxy that takes it off or passes it on."""

import http.client
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from tests.commands.deployment import ADMIN_PASSWORD, Deployment, Prepared
from tests.patience import HANG_SECONDS

PREFIX, HOST = "/it/borealis", "tools.example.org"
SLUG = "it~borealis"
PUBLIC = f"https://{HOST}{PREFIX}"
ADDRESSES = re.compile(r"""\b(?:href|src|action|data-[a-z-]*(?:url|address|src))=["']([^"']*)["']""")
LINKS_FOLLOWED = 25

Proxy = Callable[[str], str]
PROXIES: dict[str, Proxy] = {
    "strips": lambda path: path.removeprefix(PREFIX) or "/",
    "passes on": lambda path: path,
}


class Browser:
    """A browser that knows the public address alone, and asks the proxy, which asks the server."""

    def __init__(self, port: int, proxy: Proxy) -> None:
        self.port, self.proxy, self.cookies = port, proxy, SimpleCookie()

    def ask(self, method: str, address: str, body: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
        parts = urlsplit(urljoin(f"{PUBLIC}/", address))
        assert (parts.hostname, f"{parts.path}/".startswith(f"{PREFIX}/")) == (HOST, True), address
        sent = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.5"}
        sent |= {"Cookie": "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())}
        sent |= {"Origin": f"https://{HOST}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANG_SECONDS)
        path = self.proxy(parts.path) + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body or None, sent)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        for name, value in answer.getheaders():
            if name == "Set-Cookie":
                self.cookies.load(value)
        return answer.status, {name: value for name, value in answer.getheaders() if name != "Set-Cookie"}, text

    def get(self, address: str, **headers: str) -> str:
        status, _headers, text = self.ask("GET", address, **headers)
        assert status == 200, (address, status)
        return text

    def post_form(self, address: str, **fields: str) -> dict[str, str]:
        token = self.cookies[f"__Host-csrftoken-{SLUG}"].value
        body = urlencode({"csrfmiddlewaretoken": token, **fields})
        status, headers, text = self.ask("POST", address, body, Content_Type="application/x-www-form-urlencoded")
        assert status == 302, (status, text)
        return headers


@pytest.fixture(scope="module")
def port(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    root = tmp_path_factory.mktemp("prefixed")
    deployment = Deployment.of(prepared, root / "var", BOREALIS_PUBLIC_URL=PUBLIC)
    with deployment.serve() as server:
        server.wait_until_it_answers()
        yield deployment.port


@pytest.fixture(params=PROXIES)
def browser(request: pytest.FixtureRequest, port: int) -> Browser:
    return Browser(port, PROXIES[request.param])


@pytest.fixture
def token(prepared: Prepared) -> dict[str, str]:
    return {"Authorization": f"Token {prepared.token}"}


def addresses_in(page: str, address: str) -> set[str]:
    found = (unescape(one) for one in ADDRESSES.findall(page))
    here = f"https://{HOST}{address}"
    return {urljoin(here, one) for one in found if not one.startswith(("#", "data:"))}


def test_every_link_of_every_page_stays_below_the_prefix(browser: Browser) -> None:
    status, headers, _text = browser.ask("GET", PREFIX)
    assert (status, headers["Location"]) == (302, f"{PREFIX}/admin/")
    login = f"{PREFIX}/admin/login/"
    assert addresses_in(browser.get(login), login)
    sent = {"username": "admin", "password": ADMIN_PASSWORD, "next": f"{PREFIX}/admin/"}
    assert browser.post_form(login, **sent)["Location"] == f"{PREFIX}/admin/"
    seen, waiting = {login}, [f"{PUBLIC}/admin/"]
    while waiting and len(seen) < LINKS_FOLLOWED:
        address = waiting.pop(0)
        status, headers, page = browser.ask("GET", address)
        assert status in {200, 302, 405}, (address, status)
        seen.add(address)
        if "html" in headers.get("Content-Type", ""):
            ours = {one for one in addresses_in(page, urlsplit(address).path) if urlsplit(one).hostname == HOST}
            # Looked at only: `ask` refuses what leads out of the prefix.
            new = {one for one in ours - seen - set(waiting) if "logout" not in one}
            waiting = sorted({*waiting, *new}, key=lambda one: ("/static/" not in one, one))
    assert len([one for one in seen if "/static/" in one]) > 3


def test_cookies_keep_their_path_and_name_the_prefix(browser: Browser) -> None:
    browser.get(f"{PREFIX}/admin/login/")
    cookie = browser.cookies[f"__Host-csrftoken-{SLUG}"]
    assert (cookie["path"], bool(cookie["secure"])) == ("/", True)
    browser.post_form(f"{PREFIX}/admin/login/", username="admin", password=ADMIN_PASSWORD)
    session = browser.cookies[f"__Host-sessionid-{SLUG}"]
    assert (session["path"], bool(session["httponly"])) == ("/", True)


def test_addresses_in_answers_of_the_api_are_public_ones(browser: Browser, token: dict[str, str]) -> None:
    listed: dict[str, Any] = json.loads(browser.get(f"{PREFIX}/api/assemblies?limit=1", **token))
    following = listed["next"] or f"{PUBLIC}/api/assemblies"
    assert following.startswith(f"{PUBLIC}/api/assemblies")
    browser.get(following, **token)
    body = json.dumps({"display_name": "One", "assembly_type": "bash", "payload": "true\n"})
    headers = {"Content_Type": "application/json", **token}
    status, answered, _text = browser.ask("POST", f"{PREFIX}/api/assemblies/", body, **headers)
    assert (status, answered["Location"].startswith(f"{PUBLIC}/api/assemblies/")) == (201, True)
    browser.get(answered["Location"], **token)


def test_the_description_names_the_server_below_the_prefix(browser: Browser, token: dict[str, str]) -> None:
    schema = json.loads(browser.get(f"{PREFIX}/api/schema/?format=json", **token))
    assert (schema["servers"], "/api/assemblies" in schema["paths"]) == ([{"url": PREFIX}], True)


def test_what_comes_past_the_proxy_needs_no_prefix(port: int) -> None:
    for path in ("/health", "/health/", f"{PREFIX}/health"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANG_SECONDS)
        connection.request("GET", path)
        assert connection.getresponse().status == 200
        connection.close()


def test_what_only_begins_like_the_prefix_is_not_below_it(port: int, token: dict[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANG_SECONDS)
    headers = {"X-Forwarded-Proto": "https", "Host": HOST, **token}
    connection.request("GET", f"{PREFIX}s/api/assemblies", headers=headers)
    assert connection.getresponse().status == 404
    connection.close()
