"""Markup in any stored field stays text on every page."""

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.models import DomainState, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor, Role
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.hardening.conftest import browser_of, log_in
from tests.hardening.hostile import MARKUP
from tests.permits import may_create, may_update


def assert_dead(page: str) -> None:
    """Fail when any of the texts stands there as it is: markup that lives is markup unescaped."""
    found = [text for text in MARKUP if text in page]
    assert not found
    reader = LivingMarkup()
    reader.feed(page)
    assert reader.found == []


class LivingMarkup(HTMLParser):
    """Finds what a browser would run: inline scripts and styles, handlers, addresses that are scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        if tag in {"iframe", "object", "embed", "style"} or (tag == "script" and not {"src", "id"} & named.keys()):
            self.found.append(self.get_starttag_text() or tag)
        for name, value in attributes:
            address = (value or "").strip().lower()
            if name == "style" or name.startswith("on") or address.startswith("javascript:"):
                self.found.append(f"{tag} {name}={value}")


@pytest.fixture
def full(library: PayloadStore) -> str:
    """One assembly with every text in every long field, and one of each name. Returns the former's GUID."""
    everything = " ".join(text for text in MARKUP if "\u2028" not in text)
    actor = Actor(name=everything[:150], role=Role.OPERATOR)
    document = script(
        name=everything[:200],
        payload=everything.encode(),
        summary=everything,
        category=everything[:100],
        tags=[text for text in MARKUP if "\u2028" not in text][:10],
        metadata={"note": everything, everything[:60]: everything},
        variables=[
            {"name": "who", "label": everything, "type": "string", "default": everything, "description": everything}
        ],
        files=[Attachment(file_name="x.html", mime_type="text/html", data=everything.encode(), extra={})],
    )
    guid = create(document, domain=Domain.USER, permit=may_create(actor), store=library).guid
    for text in MARKUP:
        words: dict[str, Any] = {"summary": text, "category": text, "tags": [text], "metadata": {text: text}}
        maker = Actor(name=text, role=Role.OPERATOR)
        create(
            script(name=text.replace("\u2028", ""), **words),
            domain=Domain.USER,
            permit=may_create(maker),
            store=library,
        )
    update(guid, {"summary": everything[1:]}, payload=None, permit=may_update(actor), store=library)
    DomainState.objects.create(domain="user", last_error=everything)
    return guid


def test_every_page_shows_it_as_text(full: str, ada: User) -> None:
    for name in MARKUP:
        log_in(name, "wrong", address="192.0.2.3")
    browser = browser_of(ada)
    pages = ["", "assemblies/assembly/", f"assemblies/assembly/{full}/change/", "assemblies/journalentry/"]
    pages += [f"assemblies/assembly/{full}/{page}/" for page in ("diff", "copy", "delete")]
    pages += ["queue/", "health/", "assemblies/assembly/?q=alert", "assemblies/assembly/import/", "dev-mode/grants/"]
    pages += ["assemblies/domainstate/", "assemblies/domainstate/user/change/", "devmode/auditentry/"]
    pages += ["queue/", "health/"]
    pages += [f"assemblies/journalentry/{entry.pk}/change/" for entry in JournalEntry.objects.all()]
    pages += [f"devmode/auditentry/{entry.pk}/change/" for entry in AuditEntry.objects.all()]
    shown = 0
    for page in pages:
        answer = browser.get(f"/admin/{page}")
        assert answer.status_code == 200
        text = answer.content.decode()
        assert_dead(text)
        shown += text.count("&lt;script&gt;alert(")
    assert shown > 100


@pytest.mark.parametrize("text", MARKUP)
def test_what_was_asked_for_comes_back_as_text(ada: User, text: str) -> None:
    browser: Any
    for browser in (Client(), browser_of(ada)):
        for path in ("/admin/", "/admin/assemblies/assembly/", "/no-such-page", "/api/docs", "/admin/login/"):
            for asked in ({"q": text}, {"next": text, text: text}):
                answer = browser.get(f"{path}?{urlencode(asked)}", follow=True)
                assert answer.status_code < 500
                assert text not in answer.content.decode(), path
        answer = browser.post("/admin/login/", {"username": text, "password": "wrong"})
        assert text not in answer.content.decode()


def test_the_api_answers_as_json_and_hands_files_over_as_attachments(full: str, ada: User) -> None:
    browser: Any = browser_of(ada)
    last, first = JournalEntry.objects.of_assembly(full).values_list("sequence", flat=True)
    for rest in ("", "/revisions", f"/revisions/{first}", f"/diff?from={first}&to={last}"):
        answer = browser.get(f"/api/assemblies/{full}{rest}", headers={"Accept": "text/html"})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        json.loads(answer.content)
    for rest in ("/payload", "/files/x.html", "/export"):
        answer = browser.get(f"/api/assemblies/{full}{rest}", headers={"Accept": "text/html"})
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"alert(1)" in content or rest == "/export"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("attachment")


def test_the_detector_sees_markup_that_lives() -> None:
    for page in (f"<p>{MARKUP[0]}</p>", "<img src=x onerror=alert(99)>"):
        with pytest.raises(AssertionError):
            assert_dead(page)
