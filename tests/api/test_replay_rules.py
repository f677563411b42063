"""What may be given again, to whom, and how much of it is kept: whatever a request looks like, it gets the answer that
the ordinary path gives to it at that moment."""

import gc
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connections
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from assemblies.catalogue import library_catalogue
from assemblies.catalogue.snapshot import MAX_KEPT_ANSWER_BYTES, Persistence, Position, Snapshot
from assemblies.models import AliasKind, Assembly, AssemblyAlias
from assemblies.payloads import PayloadStore
from assemblies.payloads.store import MISSING_READS
from assemblies.web.replay import Basis, Replay, made_of
from devmode.accounts.tokens import issue_token
from tests.api.conftest import PASSWORD, Api, MakeAssembly, assert_refused, path_of, signed_in
from tests.api.test_replay import is_given_again, nothing_kept, whole

LIST = "/api/assemblies"
SWITCH = f"{LIST}/dev-mode/switch"
ITEM_RULES = ["", "/", "?", "?limit=1", "?a=1", "?token=1"]
LIST_RULES = [
    "?limit=1&offset=0",
    "?offset=0&limit=1",
    "?limit=1&limit=2",
    "?LIMIT=1",
    "?q=disk+use",
    "?q=disk%20use",
    "?q=%C3%A4",
    "?q=%E4",
    "?tag=&category=",
]
Ask = Callable[[], Any]


def assert_as_the_ordinary_path(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare what was made, what is given again, and what the ordinary path alone says."""
    made, again = whole(ask()), whole(ask())
    with nothing_kept(monkeypatch):
        ordinary = whole(ask())
    assert made == again == ordinary


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_each_spelling_of_an_address_gets_its_own_answer(
    as_viewer: Api, make_assembly: MakeAssembly, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    guid = make_assembly("Disk use")
    spellings = (guid, guid.upper(), f"%20{guid}", f"{{{guid}}}", f"%{ord(guid[0]):02x}{guid[1:]}", f"/{guid}")
    items = [f"{LIST}/{spelling}{rest}" for spelling in spellings for rest in ITEM_RULES]
    for address in [*items, *(f"{LIST}{rest}" for rest in LIST_RULES)]:
        assert_as_the_ordinary_path(partial(as_viewer.client.generic, method, address), monkeypatch)


def test_a_head_leaves_the_whole_answer_for_the_next_get(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    address = path_of(make_assembly())
    head, got = as_viewer.client.head(address), as_viewer.get(address)
    assert (head.content, head["Content-Length"]) == (b"", str(len(got.content)))
    assert got.json()["payload"] == "uptime\n"
    assert as_viewer.client.head(address).content == b""


@pytest.mark.parametrize(
    "unusual",
    [
        {"Origin": "https://evil.example"},
        {"Range": "bytes=0-1"},
        {"X_HTTP_Method_Override": "DELETE"},
        {"Content_Length": "0"},
        {"Accept": "text/csv"},
        {"Accept_Language": "de"},
        {"Accept_Encoding": "gzip"},
        {"If_Match": '"1"'},
        {"If_Modified_Since": "Mon, 30 Nov 2037 00:00:00 GMT"},
        {"X_Forwarded_Host": "evil.example"},
        {"X_Forwarded_Proto": "https"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_header_changes_no_more_than_on_the_ordinary_path(
    as_viewer: Api, make_assembly: MakeAssembly, monkeypatch: pytest.MonkeyPatch, unusual: dict[str, str]
) -> None:
    for address in (path_of(make_assembly()), f"{LIST}?limit=1"):
        as_viewer.get(address)
        assert_as_the_ordinary_path(partial(as_viewer.get, address, **unusual), monkeypatch)


@pytest.mark.parametrize("name", ["Origin", "Range", "X_HTTP_Method_Override"])
def test_other_sites_parts_and_overridden_methods_take_the_ordinary_path(
    as_viewer: Api, make_assembly: MakeAssembly, name: str
) -> None:
    address = path_of(make_assembly())
    as_viewer.get(address)
    assert is_given_again(lambda: as_viewer.get(address))
    assert not is_given_again(lambda: as_viewer.get(address, **{name: "x"}))


def test_links_follow_a_trusted_proxy_and_nobody_else(
    make_user: Callable[..., User], make_assembly: MakeAssembly, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.7/32"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    make_assembly("One")
    make_assembly("Two")
    token, _record = issue_token(make_user("vera"), ttl_seconds=60, now=timezone.now())
    said = {"Authorization": f"Token {token}", "X-Forwarded-Proto": "https"}
    for peer, scheme in [("10.0.0.7", "https"), ("192.0.2.1", "http"), ("10.0.0.7", "https"), ("192.0.2.1", "http")]:
        answer = Client(REMOTE_ADDR=peer).get(f"{LIST}?limit=1", headers=said)
        assert answer.json()["next"].partition("://")[0] == scheme


def test_what_one_reader_does_to_an_answer_reaches_no_other(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    address = path_of(make_assembly())
    before = whole(as_viewer.get(address))
    spoilt = as_viewer.get(address)
    spoilt["ETag"], spoilt.content = "spoilt", b"spoilt"
    assert whole(as_viewer.get(address)) == before


def test_what_no_journal_says_changes_no_answer_that_is_given_again(
    as_operator: Api, as_administrator: Api, make_assembly: MakeAssembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    guid, other = make_assembly("Disk use"), make_assembly("Uptime")

    def compare() -> None:
        for api in (as_operator, as_administrator):
            for address in (path_of(guid), LIST, f"{LIST}?lifecycle=draft", f"{LIST}?q=uptime"):
                assert_as_the_ordinary_path(partial(api.get, address), monkeypatch)

    compare()
    assert as_operator.post(path_of(guid, "/notes"), {"content": "Noted"}).status_code == 201
    for setting, value in {"approved/production": True, "deprecated/reason": "Slow.", "replaced_by/a": other}.items():
        assert as_operator.put(path_of(guid, f"/settings/{setting}"), {"value": value}).status_code in {200, 400}
        compare()
    AssemblyAlias.objects.create(alias="uptime", canonical_guid=guid, kind=AliasKind.GUID, registered_at=timezone.now())
    compare()
    for enabled in (True, False):
        answer = as_administrator.post(SWITCH, {"enabled": enabled, "password": PASSWORD})
        assert answer.json()["enabled"] is enabled
        compare()


def test_a_name_that_comes_to_stand_for_another_assembly_is_followed(
    as_viewer: Api, make_assembly: MakeAssembly
) -> None:
    one, other = make_assembly("One"), make_assembly("Other")
    alias = AssemblyAlias.objects.create(
        alias="both", canonical_guid=one, kind=AliasKind.GUID, registered_at=timezone.now()
    )
    assert [as_viewer.get(path_of("both")).json()["assembly_guid"] for _time in range(2)] == [one, one]
    AssemblyAlias.objects.filter(pk=alias.pk).update(canonical_guid=other)
    assert as_viewer.get(path_of("both")).json()["assembly_guid"] == other


def test_every_way_to_become_and_cease_to_be_an_administrator_counts_at_once(
    make_user: Callable[..., User], make_assembly: MakeAssembly
) -> None:
    user, address = make_user("vera"), path_of(make_assembly())
    api = signed_in(user)
    permission = Permission.objects.get(codename="enter_dev_mode")
    group = Group.objects.create(name="Some")
    user.groups.add(group)

    def sees_guid() -> bool:
        return "payload_guid" in api.get(address).json()

    ways: list[tuple[Ask, Ask]] = [
        (lambda: user.user_permissions.add(permission), lambda: user.user_permissions.clear()),
        (lambda: group.permissions.add(permission), group.permissions.clear),
        (lambda: group.permissions.add(permission), user.groups.clear),
        (
            lambda: User.objects.filter(pk=user.pk).update(is_superuser=True),
            lambda: User.objects.filter(pk=user.pk).update(is_superuser=False),
        ),
    ]
    assert [sees_guid(), sees_guid()] == [False, False]
    for begin, end in ways:
        begin()
        assert [sees_guid(), sees_guid()] == [True, True]
        end()
        assert [sees_guid(), sees_guid()] == [False, False]


def test_a_person_who_logs_out_everywhere_or_is_removed_gets_nothing_again(
    make_user: Callable[..., User], as_viewer: Api, make_assembly: MakeAssembly
) -> None:
    address, user = path_of(make_assembly()), make_user("walt")
    leaving, staying = signed_in(user), as_viewer
    assert leaving.get(address).status_code == staying.get(address).status_code == 200
    assert leaving.post("/api/auth/logoutall").status_code == 204
    assert_refused(leaving.get(address), 401, "authentication_failed")
    removed = signed_in(user)
    assert removed.get(address).status_code == 200
    user.delete()
    assert_refused(removed.get(address), 401, "authentication_failed")
    assert staying.get(address).status_code == 200


def test_a_payload_that_is_missing_is_counted_once(
    as_viewer: Api, make_assembly: MakeAssembly, library: PayloadStore
) -> None:
    address = path_of(guid := make_assembly())
    as_viewer.get(address)
    library.delete(Assembly.objects.get(guid=guid).payload_guid)
    before = missing_reads()
    assert_refused(as_viewer.get(address), 503, "payload_missing")
    assert missing_reads() == before + 1


def missing_reads() -> float:
    [counted] = MISSING_READS.collect()
    return counted.samples[0].value


def empty_snapshot() -> Snapshot:
    return Snapshot(Position(), {}, {}, Persistence(), timedelta(seconds=60))


def keep_one(snapshot: Snapshot, query: str, body: bytes) -> None:
    """Let the middleware keep the answer to one query."""

    def answer(_request: Any) -> HttpResponse:
        headers = {"ETag": f'"{query}"', "Vary": ", ".join(["Cookie", "Authorization"]), "X-Frame-Options": "DENY"}
        return made_of(HttpResponse(body, headers=headers), Basis(snapshot, administrator=False))

    Replay(answer)(RequestFactory(headers={"Authorization": "Token x"}).get(f"{LIST}?{query}"))


def test_small_answers_take_no_more_memory_than_they_count_for() -> None:
    snapshot, number = empty_snapshot(), 2000
    keep_one(snapshot, "q=warm", b"")
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for place in range(number):
            keep_one(snapshot, f"q=x{place}", b"")
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    kept = snapshot.answers.items()
    assert len(kept) == number + 1
    assert taken <= sum(len(answer) for _key, answer in kept)


def test_an_answer_larger_than_all_may_be_is_not_kept() -> None:
    snapshot = empty_snapshot()
    keep_one(snapshot, "q=small", b"small")
    keep_one(snapshot, "q=large", bytes(MAX_KEPT_ANSWER_BYTES))
    assert [answer.body for _key, answer in snapshot.answers.items()] == [b"small"]


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_no_reader_is_given_what_was_there_before_an_acknowledged_write(
    as_operator: Api, as_viewer: Api, make_assembly: MakeAssembly
) -> None:
    address, done = path_of(make_assembly()), Event()
    acknowledged, behind, given = [as_viewer.get(address).json()["revision"]], list[str](), list[int]()

    def read() -> None:
        api = Api(Client())
        api.client.defaults = as_viewer.client.defaults
        try:
            while not done.is_set():
                least = acknowledged[-1]
                found = [api.get(address).json()["revision"], api.get(LIST).json()["results"][0]["revision"]]
                given.extend(found)
                behind.extend(f"{one} after {least}" for one in found if one < least)
        finally:
            connections.close_all()

    readers = [Thread(target=read) for _number in range(3)]
    for reader in readers:
        reader.start()
    for number in range(12):
        answer = as_operator.patch(address, {"summary": f"Number {number}"})
        acknowledged.append(answer.json()["revision"])
    done.set()
    for reader in readers:
        reader.join(30)
    assert behind == []
    assert len(given) > 2 * len(readers)
    assert library_catalogue().newest.position.sequence == acknowledged[-1]
