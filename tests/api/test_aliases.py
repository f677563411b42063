"""Queries by a registered alias answer for the canonical assembly, as reads and as writes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assemblies.actions.delete import delete
from assemblies.domains import Domain
from assemblies.models import AliasKind, Assembly, AssemblyAlias, AssemblyNote, AssemblySetting
from devmode.actor import Actor
from tests.api.conftest import Api, MakeAssembly, assert_refused, denials, path_of
from tests.permits import may_delete

Register = Callable[[str, str], None]
EARLIER = "c0ffee00" * 4


@pytest.fixture
def register() -> Register:
    def put(alias: str, guid: str) -> None:
        AssemblyAlias.objects.create(
            alias=alias, canonical_guid=guid, kind=AliasKind.GUID, registered_at=timezone.now()
        )

    return put


def test_an_anonymous_visitor_learns_nothing_about_aliases(
    anonymous: Api, make_assembly: MakeAssembly, register: Register
) -> None:
    register("uptime", make_assembly())
    answer = anonymous.get(path_of("uptime"))
    assert_refused(answer, 401, "not_authenticated")
    assert "Content-Location" not in answer


@pytest.mark.parametrize("name", ["uptime", "UpTime", EARLIER, EARLIER.upper(), "c0ffee00"])
def test_the_canonical_item_is_answered_with_its_address(
    as_viewer: Api, make_assembly: MakeAssembly, register: Register, name: str
) -> None:
    guid = make_assembly()
    register(name.lower(), guid)
    answer, plain = as_viewer.get(path_of(name)), as_viewer.get(path_of(guid))
    assert (answer.status_code, answer.json(), answer["ETag"]) == (200, plain.json(), plain["ETag"])
    assert answer["Content-Location"] == path_of(guid)
    assert "Content-Location" not in plain


def test_a_path_is_found_with_its_backslashes(as_viewer: Api, make_assembly: MakeAssembly, register: Register) -> None:
    guid = make_assembly()
    register("scripts/up time.json", guid)
    assert as_viewer.get("/api/assemblies/Scripts%5CUp%20Time.json").json()["assembly_guid"] == guid


@pytest.mark.parametrize(
    "rest", ["/payload", "/files/a.txt", "/export", "/revisions", "/revisions/1", "/diff", "/settings", "/notes"]
)
def test_whatever_is_read_says_where_it_stands(
    as_viewer: Api, make_assembly: MakeAssembly, register: Register, rest: str
) -> None:
    guid = make_assembly(files=[{"file_name": "a.txt", "mime_type": "text/plain", "data": "aGk="}])
    register("uptime", guid)
    answer = as_viewer.get(path_of("uptime", rest))
    assert (answer.status_code, answer["Content-Location"]) == (200, path_of(guid, rest))


def test_an_unchanged_item_is_not_sent_again(as_viewer: Api, make_assembly: MakeAssembly, register: Register) -> None:
    guid = make_assembly()
    register("uptime", guid)
    answer = as_viewer.get(path_of("uptime"), If_None_Match=as_viewer.get(path_of(guid))["ETag"])
    assert (answer.status_code, answer["Content-Location"]) == (304, path_of(guid))


def test_writes_act_on_the_canonical_assembly(
    as_operator: Api, make_assembly: MakeAssembly, register: Register
) -> None:
    guid = make_assembly()
    register("uptime", guid)
    changed = as_operator.patch(path_of("uptime"), {"summary": "By its old name"}, If_Match=f'"{1}"')
    assert (changed.status_code, changed["Content-Location"]) == (200, path_of(guid))
    assert as_operator.patch(path_of("uptime"), {"summary": "Late"}, If_Match='"1"').status_code == 412
    assert as_operator.put_bytes(path_of("uptime", "/files/a.txt"), b"bytes").json()["assembly_guid"] == guid
    as_operator.put(path_of("uptime", "/settings/approved/all"), {"value": True})
    as_operator.post(path_of("uptime", "/notes"), {"content": "Noted"})
    row = Assembly.objects.get()
    assert (row.guid, row.summary) == (guid, "By its old name")
    assert (AssemblySetting.objects.get().assembly_id, AssemblyNote.objects.get().assembly_guid) == (guid, guid)
    assert as_operator.delete(path_of("uptime")).status_code == 202
    assert Assembly.objects.get().deleted_at is not None


def test_a_clone_says_where_the_copy_is(as_operator: Api, make_assembly: MakeAssembly, register: Register) -> None:
    guid = make_assembly()
    register("uptime", guid)
    copy = as_operator.post(path_of("uptime", "/clone"), {"target_domain": "user"})
    assert (copy.status_code, copy.json()["cloned_from"]) == (201, guid)
    assert copy["Location"].endswith(path_of(copy.json()["assembly_guid"]))
    assert "Content-Location" not in copy


def test_an_alias_opens_no_other_domain(as_operator: Api, make_assembly: MakeAssembly, register: Register) -> None:
    register("uptime", make_assembly(domain=Domain.OFFICIAL))
    assert_refused(as_operator.patch(path_of("uptime"), {"summary": "Mine"}), 403, "forbidden")
    assert (denials(), Assembly.objects.get().summary) == (1, "")


def test_a_live_assembly_goes_before_an_alias(as_viewer: Api, make_assembly: MakeAssembly, register: Register) -> None:
    guid, other = make_assembly("One"), make_assembly("Other")
    register(guid, other)
    answer = as_viewer.get(path_of(guid))
    assert answer.json()["assembly_guid"] == guid
    assert "Content-Location" not in answer


def test_an_earlier_guid_leads_on_and_keeps_its_own_history(
    as_viewer: Api, make_assembly: MakeAssembly, register: Register, command: Actor
) -> None:
    shadow, guid = make_assembly("Shadow"), make_assembly("Canonical")
    delete(shadow, permit=may_delete(command))
    register(shadow, guid)
    assert as_viewer.get(path_of(shadow)).json()["assembly_guid"] == guid
    history = as_viewer.get(path_of(shadow, "/revisions"))
    assert [line["operation"] for line in history.json()["results"]] == ["delete", "import"]
    assert "Content-Location" not in history


def test_an_alias_of_what_is_gone_says_so(
    as_viewer: Api, make_assembly: MakeAssembly, register: Register, command: Actor
) -> None:
    guid = make_assembly()
    register("uptime", guid)
    delete(guid, permit=may_delete(command))
    detail = assert_refused(as_viewer.get(path_of("uptime")), 404, "assembly_not_found")
    assert detail["assembly_guid"] == guid


@pytest.mark.parametrize("name", ["unheard", "a%00b", "%E2%84%AA", "n" * 2000, "%FF", "a%0Ab"])
def test_what_is_no_name_at_all_is_refused_as_before(as_viewer: Api, make_assembly: MakeAssembly, name: str) -> None:
    make_assembly()
    assert_refused(as_viewer.get(path_of(name)), 400, "invalid_guid")


def test_a_guid_costs_no_query_more_and_an_alias_one(
    as_viewer: Api, make_assembly: MakeAssembly, register: Register, django_assert_num_queries: Any
) -> None:
    guid = make_assembly()
    register("uptime", guid)
    as_viewer.get(path_of(guid))
    with CaptureQueriesContext(connection) as plain:
        # At another address than before, or the answer would only be given again.
        as_viewer.get(path_of(guid, "/"))
    assert not any("assemblyalias" in query["sql"] for query in plain.captured_queries)
    with django_assert_num_queries(len(plain) + 1):
        as_viewer.get(path_of("uptime"))
