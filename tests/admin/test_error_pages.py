"""What nobody may or can have, as people meet it: in the site's frame, or plain where nobody is known."""

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client
from pytest_django import Settings

from devmode.accounts.session_store import SessionStore
from tests.admin.item_form import address

FRAME, PLAIN = 'id="user-tools"', "assemblies/plain.css"


def strict(user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def test_what_is_not_there_is_said_in_the_frame(signed_in_viewer: Client) -> None:
    for path in (address("0" * 32), "/admin/nowhere/"):
        answer = signed_in_viewer.get(path)
        page = answer.content.decode()
        assert (answer.status_code, FRAME in page) == (404, True)
        assert "There is nothing at this address." in page
        assert "Nothing was changed" not in page


def test_without_an_account_the_page_is_plain(anonymous: Client) -> None:
    answer = anonymous.get("/nowhere")
    assert (answer.status_code, FRAME in answer.content.decode(), PLAIN in answer.content.decode()) == (
        404,
        False,
        True,
    )


def test_a_page_that_was_open_too_long_says_that_the_draft_is_kept(ada: User, guid: str) -> None:
    answer = strict(ada).post(address(guid), {"summary": "x"})
    page = answer.content.decode()
    assert (answer.status_code, FRAME in page) == (403, True)
    assert "kept as a draft in this browser" in page


def test_a_form_that_is_too_large_is_refused_in_the_frame(ada: User, guid: str, settings: Settings) -> None:
    client = strict(ada)
    answer = client.post(address(guid), {"summary": "x" * (project.DATA_UPLOAD_MAX_MEMORY_SIZE + 10_000_000)})
    page = answer.content.decode()
    assert (answer.status_code, FRAME in page) == (413, True)
    assert "what you typed is still there" in page


def test_while_nobody_can_be_asked_the_page_is_plain(superuser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_store: SessionStore) -> None:
        raise DatabaseError("planted")

    monkeypatch.setattr(SessionStore, "load", fail)
    answer = superuser.get("/nowhere")
    assert (answer.status_code, PLAIN in answer.content.decode()) == (404, True)


def test_reading_what_one_may_not_says_nothing_of_changes(signed_in_viewer: Client) -> None:
    answer = signed_in_viewer.get("/admin/assemblies/assembly/add/")
    assert answer.status_code == 403
    assert "Nothing was changed" not in answer.content.decode()
