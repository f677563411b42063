"""Saved views: one's own, replaced by name, and nothing but a question to the list."""

import pytest
from django.test import Client

from assemblies.actions import saved_views
from assemblies.models import SavedView

LIST = "/admin/assemblies/assembly/"
SAVE, REMOVE = f"{LIST}views/save/", f"{LIST}views/remove/"


def test_a_view_is_saved_opened_replaced_and_removed(superuser: Client) -> None:
    answer = superuser.post(SAVE, {"name": " Mine ", "query": "page=7&tag=a%26b&domain=user&junk=1"})
    assert answer["Location"] == f"{LIST}?domain=user&tag=a%26b&page=7"
    assert SavedView.objects.get().query == "domain=user&tag=a%26b"
    views = superuser.get(f"{LIST}?tag=a%26b&domain=user").context["views"]
    assert views == [{"name": "Mine", "address": "domain=user&tag=a%26b", "is_open": True}]
    superuser.post(SAVE, {"name": "Mine", "query": "q=other"})
    assert SavedView.objects.get().query == "q=other"
    assert "is gone" in superuser.post(REMOVE, {"name": "Mine"}, follow=True).content.decode()
    assert not SavedView.objects.exists()
    assert "no saved view" in superuser.post(REMOVE, {"name": "Mine"}, follow=True).content.decode()


def test_nobody_sees_or_removes_another_s(superuser: Client, signed_in_viewer: Client) -> None:
    superuser.post(SAVE, {"name": "Mine", "query": "q=1"})
    signed_in_viewer.post(SAVE, {"name": "Mine", "query": "q=2"})
    assert SavedView.objects.count() == 2
    assert [view["address"] for view in signed_in_viewer.get(LIST).context["views"]] == ["q=2"]
    signed_in_viewer.post(REMOVE, {"name": "Mine"})
    assert SavedView.objects.get().query == "q=1"


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "two\nlines", "nul\0"])
def test_what_is_no_name_is_said_so(superuser: Client, name: str) -> None:
    said = superuser.post(SAVE, {"name": name, "query": ""}, follow=True).content.decode()
    assert "The view was not saved." in said
    assert not SavedView.objects.exists()


def test_there_is_an_end_to_them(superuser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 1)
    superuser.post(SAVE, {"name": "One", "query": ""})
    said = superuser.post(SAVE, {"name": "Two", "query": ""}, follow=True).content.decode()
    assert "You have 1 saved views already" in said
    superuser.post(SAVE, {"name": "One", "query": "q=still"})
    assert SavedView.objects.get().query == "q=still"


def test_an_anonymous_visitor_and_a_plain_visit_get_nowhere(anonymous: Client, superuser: Client) -> None:
    for address in (SAVE, REMOVE):
        assert anonymous.post(address, {"name": "Mine"}).status_code == 302
        assert superuser.get(address).status_code == 405
    assert not SavedView.objects.exists()
