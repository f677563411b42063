"""The page of persistence targets: choose in two steps, see how the copy is, clear; without a script."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from assemblies.targets.models import PersistenceAssignment, PersistenceTarget, SchemaReport, State, StreamState
from tests.admin.conftest import signed_in
from tests.matrix.identities import granted

PAGE = "/admin/persistence/"
SQLITE = {"name": "Archive", "engine": "sqlite", "database": "evidence"}
FETCHED = {"X-Requested-With": "fetch"}

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture(autouse=True)
def runtime_root(tmp_path: Path, settings: Settings) -> None:
    settings.RUNTIME_ROOT = tmp_path


@pytest.fixture
def grace(library: object) -> Client:
    return granted().client()


def said(client: Client, path: str, **sent: object) -> str:
    return client.post(f"{PAGE}{path}", sent, follow=True).content.decode()


def test_a_target_is_added_chosen_saved_and_cleared(grace: Client) -> None:
    assert "Added." in said(grace, "add/", **SQLITE)
    target = PersistenceTarget.objects.get()
    chosen = grace.get(f"{PAGE}?target={target.pk}").content.decode()
    assert "2. Database" in chosen
    assert "Saved." in said(grace, "assign/", connection=target.connections.get().pk)
    assert "Waiting for the target" in grace.get(PAGE).content.decode()
    assert "as they have to be" in said(grace, "ensure/", connection=target.connections.get().pk)
    assert SchemaReport.objects.get().report["verified"] is True
    assert "ba_manifest" in grace.get(PAGE).content.decode()
    assert "Nothing is copied any more. 0 changes" in said(grace, "assign/", clear="1")
    assert not PersistenceAssignment.objects.exists()


def test_another_database_of_a_target_that_is_there_is_added(grace: Client) -> None:
    said(grace, "add/", **SQLITE)
    target = PersistenceTarget.objects.get()
    said(grace, "add/", target=target.pk, database="second")
    assert sorted(one.database for one in target.connections.all()) == ["evidence", "second"]


def test_what_is_refused_is_said_with_its_field(grace: Client) -> None:
    server = {"name": "W", "engine": "postgresql", "host": "169.254.169.254", "user": "u", "database": "d"}
    assert "Host: Link-local" in said(grace, "add/", **server)
    assert "no such connection" in said(grace, "assign/", connection="7")
    assert PersistenceTarget.objects.count() == 0


def test_an_error_is_in_the_tooltip_of_the_pill_and_the_page_asks_again_soon(grace: Client) -> None:
    said(grace, "add/", **SQLITE)
    said(grace, "assign/", connection=PersistenceTarget.objects.get().connections.get().pk)
    StreamState.objects.filter(stream="queue").update(state=State.ERROR, last_error="not_null_violation")
    page = grace.get(PAGE, headers=FETCHED)
    assert 'title="not_null_violation"' in page.content.decode()
    assert 'data-every="2"' in page.content.decode()
    assert grace.get(PAGE, headers=FETCHED | {"If-None-Match": page["ETag"]}).status_code == 304
    StreamState.objects.update(state=State.BOOTSTRAPPED)
    assert 'data-every="0"' in grace.get(PAGE, headers=FETCHED).content.decode()


def test_an_administrator_looks_and_decides_in_dev_mode_only(library: object, superuser: Client) -> None:
    page = superuser.get(PAGE).content.decode()
    assert "Enable Dev Mode" in page
    assert superuser.post(f"{PAGE}add/", SQLITE).status_code == 403
    assert 'href="/admin/persistence/"' in superuser.get("/admin/").content.decode()


def test_nobody_else_sees_it(library: object) -> None:
    for user in (User.objects.create_user("vera", is_staff=True), User.objects.create_user("olga", is_staff=True)):
        assert signed_in(user).get(PAGE).status_code == 403
