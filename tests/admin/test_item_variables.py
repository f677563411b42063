"""The rows of variables: added, removed, put into order, and read back without losing what a form cannot show."""

from typing import Any

import pytest
from django.test import Client

from assemblies.actions.create import create
from assemblies.admin.item.variable_rows import MAX_ROWS
from assemblies.catalogue import library_catalogue
from assemblies.checking.references import reference_to
from assemblies.domains import AssemblyType, Domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.admin.conftest import signed_in
from tests.admin.item_form import address, fields_of, filled
from tests.admin.test_item_page import member
from tests.admin.test_item_save import EVERYTHING
from tests.documents_made import script
from tests.permits import may_create


@pytest.fixture
def client(library: PayloadStore) -> Client:
    return signed_in(member("Operators"))


def make_assembly(library: PayloadStore, variables: list[dict[str, Any]]) -> str:
    document = script(variables=variables)
    return create(document, domain=Domain.USER, permit=may_create(Actor.of_command("test")), store=library).guid


@pytest.fixture
def rich(library: PayloadStore) -> str:
    return make_assembly(library, EVERYTHING["variables"])


def variables(guid: str) -> list[dict[str, Any]]:
    return library_catalogue().current().entries[guid].content.variables


def row_of(sent: dict[str, str], name: str) -> str:
    """Return the prefix of the row of a variable."""
    return next(key.removesuffix("-name") for key, value in sent.items() if key.endswith("-name") and value == name)


def post(client: Client, guid: str, sent: dict[str, str]) -> Any:
    return client.post(address(guid), sent)


def new_row(sent: dict[str, str], **fields: str) -> dict[str, str]:
    number = sent["variables-TOTAL_FORMS"]
    row = {"ORDER": str(int(number) + 1)} | fields
    return (
        sent
        | {f"variables-{number}-{name}": value for name, value in row.items()}
        | {"variables-TOTAL_FORMS": str(int(number) + 1)}
    )


def test_rows_stand_in_the_order_in_which_people_are_asked(client: Client, rich: str) -> None:
    answer = client.get(address(rich))
    assert [row["name"].value() for row in answer.context["variable_rows"].shown_rows] == ["a", "b", "c", "d", "e"]
    assert [row.reference for row in answer.context["variable_rows"].shown_rows] == ["$a", "$b", "$c", "$d", "$e"]


@pytest.mark.parametrize(
    ("name", "field", "typed", "changed"),
    [
        ("b", "name", "bb", {"name": "bb"}),
        ("b", "default", "7", {"default": 7}),
        ("b", "default", "seven", {"default": "seven"}),
        ("b", "label", "", {"label": ""}),
        ("a", "default", "line\r\n2", {"default": "line\r\n2"}),
        ("a", "description", "z", {"description": "z"}),
        ("a", "label", "New", {"label": "New"}),
        ("c", "choices", "x\r\n\r\nz", {"options": ["x", "z"]}),
        ("d", "default", "Yes", {"default": True}),
        ("d", "default", "", {"default": ""}),
        ("e", "default", '{"deep": [2]}', {"default": {"deep": [2]}}),
        ("e", "default", "[" * 1000, {"default": "[" * 1000}),
        ("e", "type", "string", {"type": "string"}),
        ("e", "required", "on", {"required": True}),
    ],
)
def test_one_touched_cell_is_one_changed_key(
    client: Client, rich: str, name: str, field: str, typed: str, changed: dict[str, Any]
) -> None:
    before = {one["name"]: one for one in variables(rich)}
    sent = filled(client, address(rich))
    assert post(client, rich, sent | {f"{row_of(sent, name)}-{field}": typed}).status_code == 302
    before[name] = before[name] | changed
    assert variables(rich) == list(before.values())


def test_a_moved_row_renumbers_them_and_keeps_what_it_does_not_know(client: Client, rich: str) -> None:
    sent = filled(client, address(rich))
    first, second = row_of(sent, "a"), row_of(sent, "b")
    post(client, rich, sent | {f"{first}-ORDER": "2", f"{second}-ORDER": "1"})
    after = variables(rich)
    assert [(one["name"], one["order"]) for one in after] == [("b", 1), ("a", 2), ("c", 3), ("d", 4), ("e", 5)]
    assert after[0]["unit"] == "s"


def test_rows_without_numbers_get_none(client: Client, library: PayloadStore) -> None:
    guid = make_assembly(library, [{"name": "a"}, {"name": "b"}])
    sent = filled(client, address(guid))
    post(client, guid, sent | {"variables-0-ORDER": "2", "variables-1-ORDER": "1"})
    assert variables(guid) == [{"name": "b"}, {"name": "a"}]


def test_a_row_is_added_and_a_blank_one_left_out(client: Client, library: PayloadStore) -> None:
    guid = make_assembly(library, [])
    sent = filled(client, address(guid))
    sent = new_row(sent, name=" who ", label="Whom", type="boolean", default="yes", required="on", description="d")
    sent = new_row(sent, type="string")
    assert post(client, guid, sent).status_code == 302
    assert variables(guid) == [
        {"name": "who", "label": "Whom", "type": "boolean", "default": True, "required": True, "description": "d"}
    ]


def test_a_new_row_of_choices_says_so(client: Client, library: PayloadStore) -> None:
    guid = make_assembly(library, [])
    sent = new_row(filled(client, address(guid)), name="mode", type="select", choices="fast\r\nslow")
    post(client, guid, sent)
    assert variables(guid)[0] | {"options": ["fast", "slow"]} == variables(guid)[0]


def test_a_row_is_removed(client: Client, rich: str) -> None:
    sent = filled(client, address(rich))
    post(client, rich, sent | {f"{row_of(sent, 'a')}-DELETE": "on"})
    assert [one["name"] for one in variables(rich)] == ["b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "b", "Another variable has this name"),
        ("name", "", "must not be blank"),
        ("label", "x" * 256, "longer than 255"),
        ("type", "x" * 65, "longer than 64"),
        ("name", "a\0", "Null characters"),
    ],
)
def test_a_refusal_shows_at_its_row(client: Client, rich: str, field: str, typed: str, words: str) -> None:
    sent = filled(client, address(rich))
    prefix = row_of(sent, "a")
    answer = post(client, rich, sent | {f"{prefix}-{field}": typed})
    assert answer.status_code == 422
    row = next(row for row in answer.context["variable_rows"].forms if row.prefix == prefix)
    assert any(words in error for error in row.errors[field])
    assert [tab.name for tab in answer.context["tabs"] if tab.has_errors] == ["variables"]


def test_a_truth_is_true_or_false(client: Client, rich: str) -> None:
    sent = filled(client, address(rich))
    answer = post(client, rich, sent | {f"{row_of(sent, 'd')}-default": "perhaps"})
    assert answer.status_code == 422
    assert "Write true or false." in answer.content.decode()


def test_what_was_typed_comes_back_in_the_order_it_was_put_into(client: Client, rich: str) -> None:
    sent = filled(client, address(rich))
    moved = sent | {f"{row_of(sent, 'e')}-ORDER": "0", "display_name": ""}
    answer = post(client, rich, moved)
    assert answer.status_code == 422
    assert [row["name"].value() for row in answer.context["variable_rows"].shown_rows] == ["e", "a", "b", "c", "d"]


def test_a_browser_without_script_can_add_rows(client: Client, rich: str) -> None:
    sent = filled(client, address(rich)) | {"summary": "Typed.", "_add_variable": "1"}
    answer = post(client, rich, sent)
    assert answer.status_code == 200
    assert len(answer.context["variable_rows"].forms) == 6
    assert fields_of(answer)["summary"] == "Typed."
    assert variables(rich) == EVERYTHING["variables"]


def test_hostile_counts_are_refused(client: Client, rich: str) -> None:
    sent = filled(client, address(rich))
    for total in ("1000000", "-1", "x", ""):
        assert post(client, rich, sent | {"variables-TOTAL_FORMS": total}).status_code == 422
    assert variables(rich) == EVERYTHING["variables"]


def test_a_row_that_did_not_arrive_is_not_taken_for_removed(client: Client, rich: str) -> None:
    sent = filled(client, address(rich)) | {"variables-TOTAL_FORMS": "3"}
    answer = post(client, rich, sent)
    assert answer.status_code == 422
    assert "Some rows did not arrive" in answer.content.decode()
    assert variables(rich) == EVERYTHING["variables"]


def test_too_many_variables_are_read_and_edited_as_json(client: Client, library: PayloadStore) -> None:
    guid = make_assembly(library, [{"name": f"v{at}"} for at in range(MAX_ROWS + 1)])
    sent = filled(client, address(guid))
    assert "variables-TOTAL_FORMS" not in sent
    assert post(client, guid, sent | {"summary": "Changed."}).status_code == 302
    assert len(variables(guid)) == MAX_ROWS + 1


@pytest.mark.parametrize(
    ("language", "name", "reference"),
    [
        ("powershell", "who", "$env:who"),
        ("powershell", "who else", "${env:who else}"),
        ("batch", "who", "%who%"),
        ("bash", "who", "$who"),
        ("bash", "who else", ""),
        ("python", "who", 'os.environ["who"]'),
        ("python", 'a"b', 'os.environ["a\\"b"]'),
        ("ansible", "who", "{{ who }}"),
        ("ansible", "1st", ""),
        ("workflow", "who", "{{ who }}"),
        ("bash", "", ""),
    ],
)
def test_each_language_refers_to_a_variable_its_own_way(language: str, name: str, reference: str) -> None:
    assert reference_to(name, AssemblyType(language)) == reference


def test_what_a_run_could_not_take_is_said_at_its_field_and_stops_no_save(
    client: Client, library: PayloadStore
) -> None:
    declared: list[dict[str, Any]] = [
        {"name": "retries", "type": "number", "default": "three"},
        {"name": "size", "type": "select", "options": []},
        {"name": "colour", "type": "string", "options": ["red", "green"], "default": "blue"},
        {"name": "loud", "type": "boolean", "default": "perhaps"},
        {"name": "PATH", "type": "string"},
        {"name": "two-words", "type": "string"},
        {"name": "two_words", "type": "string"},
        {"name": "fine", "type": "number", "default": "3", "required": True},
    ]
    guid = make_assembly(library, declared)
    rows = client.get(address(guid)).context["variable_rows"].warned_rows
    assert {row["name"].value(): warnings for row, warnings in rows} == {
        "retries": {"default": "This must be a number."},
        "size": {"choices": "There is nothing to choose from yet."},
        "colour": {"default": "Choose one of: red, green."},
        "loud": {"default": "This must be true or false."},
        "PATH": {"name": "A variable of this name could change which code runs."},
        "two-words": {},
        "two_words": {"name": "two-words is TWO_WORDS in the environment, too."},
        "fine": {},
    }
    assert client.post(address(guid), filled(client, address(guid)) | {"summary": "Saved."}).status_code == 302
    assert variables(guid) == declared
