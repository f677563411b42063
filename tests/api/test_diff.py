"""GET /api/assemblies/<guid>/diff."""

import base64
from typing import Any

import pytest

from assemblies.diffing.unified import unified_diff
from tests.api.conftest import Api, MakeAssembly, assert_refused, path_of
from tests.patience import at_most


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, make_assembly: MakeAssembly) -> None:
    assert_refused(anonymous.get(path_of(make_assembly(), "/diff")), 401, "not_authenticated")


def test_by_default_the_newest_is_compared_with_the_one_before(
    as_operator: Api, as_viewer: Api, make_assembly: MakeAssembly
) -> None:
    guid = make_assembly("Old", script="one\ntwo\n")
    as_operator.patch(path_of(guid), {"display_name": "New", "payload": "one\nthree\u202e"})
    body = as_viewer.get(path_of(guid, "/diff")).json()
    assert (body["from"], body["to"]) == (1, 2)
    assert body["fields"] == [{"field": "display_name", "before": "Old", "after": "New"}]
    assert body["script"].splitlines()[2:] == [
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "+three\u202e",
        "\\ No newline at end of file",
    ]
    assert [flag["character"] for flag in body["flags"]] == ["U+202E"]


def test_any_two_revisions_can_be_compared_either_way(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly("A")
    for name in "BC":
        as_operator.patch(path_of(guid), {"display_name": name})
    for ends, names in {"from=1&to=3": ("A", "C"), "from=3&to=1": ("C", "A"), "to=2": ("A", "B")}.items():
        (change,) = as_operator.get(path_of(guid, f"/diff?{ends}")).json()["fields"]
        assert (change["before"], change["after"]) == names


def test_the_first_revision_is_compared_with_nothing(as_viewer: Api, make_assembly: MakeAssembly) -> None:
    body = as_viewer.get(path_of(make_assembly("Only", script="x\n"), "/diff")).json()
    assert (body["from"], body["to"]) == (None, 1)
    assert {"field": "display_name", "before": None, "after": "Only"} in body["fields"]
    assert "+x" in body["script"]


def test_files_are_compared_by_their_bytes(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(
        files=[{"name": "kept", "data": ""}, {"name": "gone", "data": ""}, {"name": "changed", "data": ""}]
    )
    as_operator.delete(path_of(guid, "/files/gone"))
    as_operator.put_bytes(path_of(guid, "/files/changed"), b"new")
    as_operator.put_bytes(path_of(guid, "/files/come"), b"")
    files = as_operator.get(path_of(guid, "/diff?from=1")).json()["files"]
    assert {file["file_name"]: (bool(file["before"]), bool(file["after"])) for file in files} == {
        "gone": (True, False),
        "changed": (True, True),
        "come": (False, True),
    }


def test_a_script_that_is_no_text_has_no_text_to_compare(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly(script=base64.b64encode(b"\xff").decode(), script_encoding="base64")
    as_operator.patch(path_of(guid), {"payload": "text"})
    assert as_operator.get(path_of(guid, "/diff")).json()["script"] is None


def test_graphs_are_compared_line_by_line(as_operator: Api) -> None:
    body = {"display_name": "F", "assembly_type": "workflow", "payload": {"nodes": [{"id": "a"}], "edges": []}}
    guid = as_operator.post("/api/assemblies", body).json()["assembly_guid"]
    as_operator.patch(path_of(guid), {"payload": {"nodes": [{"id": "b"}], "edges": []}})
    script = as_operator.get(path_of(guid, "/diff")).json()["script"]
    assert ('-      "id": "a"' in script, '+      "id": "b"' in script) == (True, True)


def test_a_deleted_assembly_can_still_be_compared(as_operator: Api, make_assembly: MakeAssembly) -> None:
    guid = make_assembly("A")
    as_operator.patch(path_of(guid), {"display_name": "B"})
    as_operator.delete(path_of(guid))
    assert as_operator.get(path_of(guid, "/diff")).json()["to"] == 2


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("to=99", 404, "revision_not_found"),
        ("from=99", 404, "revision_not_found"),
        ("from=0", 400, "invalid_field"),
        ("to=last", 400, "invalid_field"),
        ("between=1", 400, "unknown_field"),
    ],
)
def test_a_bad_question_is_refused(
    as_viewer: Api, make_assembly: MakeAssembly, query: str, status: int, code: str
) -> None:
    assert_refused(as_viewer.get(path_of(make_assembly(), f"/diff?{query}")), status, code)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("a\n", "a\n", []),
        ("a\r\n", "a\n", ["-a\r\n", "+a\n"]),
        ("a\n", "a", ["-a\n", "+a\n", "\\ No newline at end of file\n"]),
        ("", "a\n", ["+a\n"]),
        ("a\u2028b\n", "a\n", ["-a\u2028b\n", "+a\n"]),
    ],
)
def test_lines_end_at_line_feeds_alone(before: str, after: str, expected: list[str]) -> None:
    lines = [f"{line}\n" for line in unified_diff(before, after).split("\n")[:-1]]
    assert lines[3:] == expected


def test_a_huge_change_is_shown_as_one_block_at_once() -> None:
    before = "".join(f"{number}\n" for number in range(60_000))
    after = "first\n" + "".join(f"{number}\n" for number in reversed(range(60_000))) + "last"
    with at_most(1):
        lines = unified_diff(f"same\n{before}", f"same\n{after}").split("\n")
    assert lines[2] == "@@ -1,60001 +1,60003 @@"
    assert (sum(line.startswith("-") for line in lines[3:]), lines[-3]) == (60_000, "+last")


def test_comparing_costs_eight_queries_at_most(
    as_viewer: Api, make_assembly: MakeAssembly, django_assert_max_num_queries: Any
) -> None:
    guid = make_assembly()
    with django_assert_max_num_queries(8):
        as_viewer.get(path_of(guid, "/diff"))
