"""Answers that are given again: each is byte for byte what the ordinary path answers at that moment, to that person."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from assemblies.catalogue import library_catalogue
from assemblies.journal.flush import flush
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from assemblies.web.replay import Replay
from devmode.models import ApiToken
from tests.api.conftest import Answer, Api, MakeAssembly, assert_refused, path_of

TOKEN_ENDS = pytest.mark.parametrize(
    "end",
    [
        lambda: ApiToken.objects.all().delete(),
        lambda: ApiToken.objects.update(expires_at=timezone.now()),
        lambda: User.objects.update(is_active=False),
    ],
    ids=["revoked", "expired", "deactivated"],
)
FOUR_ADDRESSES = ("", "?limit=1&offset=1", "?type=bash&q=disk", "/{guid}")


@pytest.fixture
def addresses(make_assembly: MakeAssembly) -> list[str]:
    guid = make_assembly("Disk use")
    make_assembly("Uptime")
    return [f"/api/assemblies{path}".format(guid=guid) for path in FOUR_ADDRESSES]


@pytest.fixture
def people(as_viewer: Api, as_operator: Api, as_administrator: Api) -> list[Api]:
    return [as_viewer, as_operator, as_administrator]


def whole(answer: Answer) -> tuple[int, Mapping[str, str], bytes]:
    return answer.status_code, dict(answer.items()), answer.content


@contextmanager
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the ordinary path."""
    with monkeypatch.context() as patch:
        patch.setattr(Replay, "__call__", lambda self, request: self.get_response(request))
        yield


def is_given_again(ask: Callable[[], Any]) -> bool:
    """Say whether the answer took one statement, which asks for the token and for the library's position at once."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    statements = [str(statement["sql"]) for statement in asked.captured_queries]
    return len(statements) == 1 and all(table in statements[0] for table in ("devmode_apitoken", "journalhead"))


def assert_equal_to_the_ordinary_path(
    people: list[Api], addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> list[tuple[int, Mapping[str, str], bytes]]:
    """Compare each person's answer at each address: made, given again, and made by the ordinary path alone."""
    found = []
    for api in people:
        for address in addresses:
            first, again = whole(api.get(address)), whole(api.get(address))
            unchanged = [whole(api.get(address, If_None_Match=first[1]["ETag"])) for _time in range(2)]
            with nothing_kept(monkeypatch):
                ordinary = whole(api.get(address))
                ordinary_unchanged = whole(api.get(address, If_None_Match=first[1]["ETag"]))
            assert first == again == ordinary
            assert unchanged == [ordinary_unchanged] * 2
            assert (first[0], ordinary_unchanged[0]) == (200, 304)
            found.append(first)
    return found


def test_answers_equal_those_of_the_ordinary_path_before_and_after_writes_of_others(
    people: list[Api], addresses: list[str], make_assembly: MakeAssembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = assert_equal_to_the_ordinary_path(people, addresses, monkeypatch)
    # Nothing in a process tells its catalogue of a write: to it, each is another's.
    make_assembly("Disk space")
    after_a_write = assert_equal_to_the_ordinary_path(people, addresses, monkeypatch)
    assert [one[2] for one in before[:3]] != [one[2] for one in after_a_write[:3]]
    flush()
    after_a_flush = assert_equal_to_the_ordinary_path(people, addresses, monkeypatch)
    assert all(one[2] != other[2] for one, other in zip(after_a_write, after_a_flush, strict=True))


@pytest.mark.parametrize("path", FOUR_ADDRESSES)
def test_the_second_answer_costs_one_statement(as_viewer: Api, addresses: list[str], path: str) -> None:
    address = addresses[FOUR_ADDRESSES.index(path)]
    first = as_viewer.get(address)
    assert is_given_again(lambda: as_viewer.get(address))
    etag = first["ETag"]
    as_viewer.get(address, If_None_Match=etag)
    assert is_given_again(lambda: as_viewer.get(address, If_None_Match=etag))


def test_two_people_of_one_role_share_an_answer_and_an_administrator_has_their_own(
    people: list[Api], addresses: list[str]
) -> None:
    as_viewer, as_operator, as_administrator = people
    item = addresses[-1]
    assert "payload_guid" not in as_viewer.get(item).json()
    assert is_given_again(lambda: as_operator.get(item))
    assert as_administrator.get(item).json()["payload_guid"]
    assert "payload_guid" not in as_operator.get(item).json()


def test_a_changed_byte_is_never_served_although_its_time_was_put_back(
    as_viewer: Api, addresses: list[str], store: PayloadStore
) -> None:
    item = addresses[-1]
    assert as_viewer.get(item).status_code == as_viewer.get(item).status_code == 200
    [payload_guid] = Assembly.objects.filter(guid=item.rpartition("/")[2]).values_list("payload_guid", flat=True)
    [file] = (Path(store.storage.location) / payload_guid).iterdir()  # type: ignore[attr-defined]
    times = file.stat()
    content = file.read_bytes()
    file.write_bytes(content[:-1] + b"#")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert_refused(as_viewer.get(item), 503, "payload_corrupt")
    file.write_bytes(content)
    assert as_viewer.get(item).status_code == 200
    file.unlink()
    assert_refused(as_viewer.get(item), 503, "payload_missing")


@pytest.mark.parametrize("path", FOUR_ADDRESSES)
@TOKEN_ENDS
def test_a_token_that_ended_gets_nothing_again(
    as_viewer: Api, addresses: list[str], path: str, end: Callable[[], Any]
) -> None:
    address = addresses[FOUR_ADDRESSES.index(path)]
    assert as_viewer.get(address).status_code == as_viewer.get(address).status_code == 200
    end()
    assert_refused(as_viewer.get(address), 401, "authentication_failed")


def test_rights_count_as_they_are_now(as_administrator: Api, as_operator: Api, addresses: list[str]) -> None:
    item = addresses[-1]
    as_operator.get(item)
    assert "payload_guid" in as_administrator.get(item).json()
    Group.objects.get(name="Administrators").user_set.clear()
    assert "payload_guid" not in as_administrator.get(item).json()
    User.objects.filter(username="olga").update(is_superuser=True)
    assert "payload_guid" in as_operator.get(item).json()


def test_a_deleted_assembly_is_gone_at_once(as_operator: Api, addresses: list[str]) -> None:
    item = addresses[-1]
    assert as_operator.get(item).status_code == as_operator.get(item).status_code == 200
    assert as_operator.delete(item).status_code == 202
    assert_refused(as_operator.get(item), 404, "assembly_not_found")


def test_a_query_is_read_by_the_character_set_that_its_request_names(
    as_viewer: Api, make_assembly: MakeAssembly
) -> None:
    make_assembly("Gerät prüfen")
    for _time in range(2):
        for content_type, count in (("text/plain; charset=latin-1", 0), ("text/plain", 1), ("", 1)):
            said = {"Content_Type": content_type} if content_type else {}
            assert as_viewer.get("/api/assemblies?q=Ger%C3%A4t", **said).json()["count"] == count


def test_an_empty_host_is_no_absent_one(as_viewer: Api, addresses: list[str]) -> None:
    assert as_viewer.get(addresses[-1]).status_code == 200
    assert as_viewer.get(addresses[-1], Host="").status_code == 400


def test_an_unknown_host_is_refused_after_a_known_one_was_answered(as_viewer: Api, addresses: list[str]) -> None:
    assert as_viewer.get(addresses[-1]).status_code == 200
    assert as_viewer.get(addresses[-1], Host="evil.example").status_code == 400


def test_what_a_proxy_may_say_is_believed_of_nobody_else(
    as_viewer: Api, addresses: list[str], settings: Settings
) -> None:
    settings.HTTPS, settings.SECURE_PROXY_SSL_HEADER = True, ("HTTP_X_FORWARDED_PROTO", "https")
    settings.TRUSTED_PROXIES = ["192.0.2.1"]

    def ask(peer: str, said: str | None) -> Answer:
        headers = {"X-Forwarded-Proto": said} if said else {}
        return as_viewer.client.get(addresses[-1], REMOTE_ADDR=peer, headers=headers)

    for _time in range(2):
        assert ask("192.0.2.1", "https").status_code == 200
        for peer, said in (("192.0.2.2", "https"), ("192.0.2.1", "http"), ("192.0.2.1", None)):
            assert_refused(ask(peer, said), 403, "https_required")


def test_links_name_the_host_that_each_request_came_to(as_viewer: Api, addresses: list[str]) -> None:
    page = "/api/assemblies?limit=1"
    for host in ("localhost", "127.0.0.1", "localhost"):
        assert as_viewer.get(page, Host=host).json()["next"].startswith(f"http://{host}/")


@pytest.mark.parametrize("unusual", [{"Cookie": "a=b"}, {"Content_Encoding": "gzip"}, {"Transfer_Encoding": "chunked"}])
def test_what_is_unusual_takes_the_ordinary_path(
    as_viewer: Api, addresses: list[str], unusual: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_viewer.get(addresses[-1])
    answer = whole(as_viewer.get(addresses[-1], **unusual))
    with nothing_kept(monkeypatch):
        assert whole(as_viewer.get(addresses[-1], **unusual)) == answer
    assert not is_given_again(lambda: as_viewer.get(addresses[-1], **unusual))


def test_what_is_kept_ends_with_its_snapshot(as_viewer: Api, addresses: list[str], make_assembly: MakeAssembly) -> None:
    for address in addresses:
        as_viewer.get(address)
    answers = library_catalogue().newest.answers
    kept = answers.items()
    assert len(kept) == len(addresses)
    assert all(len(answer) > len(answer.body) for _key, answer in kept)
    make_assembly("Another")
    as_viewer.get(addresses[0])
    assert len(library_catalogue().newest.answers.items()) == 1


def test_findings_and_lines_of_scripts_are_no_part_of_a_snapshot(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly("Uptime", script="uptime\n")
    assert [one["assembly_guid"] for one in as_viewer.get("/api/assemblies?content=uptime").json()["results"]] == [guid]
    as_viewer.get("/api/assemblies?findings=none")
    as_viewer.get("/api/assemblies?lifecycle=draft")
    as_viewer.get(path_of(guid, "/payload"))
    assert library_catalogue().newest.answers.items() == []
