"""Several names for one field, envelopes that disagree with what they hold, and keys nobody knows."""

from typing import Any

import pytest

from assemblies.documents import EnvelopeFacts, Style, write_document
from assemblies.errors import InvalidDocument, InvalidField, InvalidGuid
from tests.documents.document_builders import GUID, authoring, encoded_workflow, envelope, graph, read

OLD = {
    "display_name": "Old",
    "summary": "As it was.",
    "type": "PowerShell",
    "content": "exit",
    "timeout": 5,
    "variables": [{"key": "a", "default_value": "30", "type": "number", "x-unit": "s"}],
    "files": [{"name": "a.txt", "mimeType": "text/plain", "data": "YWJj"}],
}


def test_old_spellings_are_read_and_the_new_ones_written() -> None:
    written = write_document(read(OLD), Style.LEGACY, script_encoding="text")
    assert written == {
        "version": 1,
        "name": "Old",
        "description": "As it was.",
        "category": "script",
        "type": "PowerShell",
        "script": "exit",
        "timeout_seconds": 5,
        "sites": {"mode": "all", "values": []},
        "variables": [{"name": "a", "default": "30", "type": "number", "x-unit": "s"}],
        "files": [{"file_name": "a.txt", "size": 3, "mime_type": "text/plain", "data": "YWJj"}],
        "script_encoding": "plain",
    }


@pytest.mark.parametrize("style", list(Style))
def test_old_spellings_survive_every_style(style: Style) -> None:
    assert read(write_document(read(OLD), style)) == read(OLD)


def test_a_display_name_wins_over_a_name_and_a_summary_over_a_description() -> None:
    document = read(authoring(display_name="New", summary="Newer."))
    assert (document.display_name, document.summary) == ("New", "Newer.")
    document = read(authoring(display_name="", summary=""))
    assert (document.display_name, document.summary) == ("Say hello", "Says hello.")


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"timeout": 61}, "timeout"),
        ({"variables": [{"name": "a", "key": "b"}]}, "variables[0].key"),
        ({"variables": [{"name": "a", "default": 1, "default_value": True}]}, "variables[0].default_value"),
    ],
)
def test_two_spellings_that_contradict_each_other_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        read(authoring(**changes))
    assert caught.value.detail["field"] == field


def test_two_spellings_that_agree_or_of_which_one_is_null_are_one() -> None:
    variables = [
        {"key": "a", "name": "a", "default": None, "default_value": 0},
        {"default": 1, "name": "b", "key": None},
    ]
    document = read(authoring(timeout=60, variables=variables))
    assert document.timeout_seconds == 60
    assert document.variables == [{"name": "a", "default": 0}, {"default": 1, "name": "b"}]


def test_no_key_of_a_variable_is_invented() -> None:
    assert read(authoring(variables=[{"name": "a"}])).variables == [{"name": "a"}]


@pytest.mark.parametrize("name", [None, ""])
def test_a_document_without_a_name_is_refused(name: Any) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read(authoring(name=name))
    assert caught.value.detail["field"] == "name"


def test_a_workflow_takes_the_name_of_its_tab() -> None:
    assert read(graph()).display_name == "Sum"
    assert read(encoded_workflow(name=None)).display_name == "Sum"
    with pytest.raises(InvalidDocument):
        read(graph(tab_name=None))


def test_an_envelope_is_believed_before_its_payload() -> None:
    inner = authoring(category="application", version=2, tags={"a": 1}, metadata={"a": 1, "b": 1})
    outer = {"display_name": "N", "summary": "S", "category": "c", "version": "3", "tags": ["t"], "metadata": {"a": 2}}
    document = read(envelope(inner | {"script_encoding": "base64"}, **outer))
    assert (document.display_name, document.summary, document.category) == ("N", "S", "c")
    assert (document.version, document.tags, document.metadata) == ("3", ["t"], {"a": 2, "b": 1})
    document = read({"payload": inner | {"script_encoding": "base64"}, "display_name": None, "tags": None})
    assert (document.display_name, document.category, document.tags) == ("Say hello", "application", {"a": 1})


def test_two_guids_in_one_document_are_refused() -> None:
    assert read(envelope(authoring(), assembly_guid=GUID.upper())).guid == GUID
    assert read(envelope(authoring(), assembly_guid=None)).guid == GUID
    with pytest.raises(InvalidField) as caught:
        read(envelope(authoring(), assembly_guid="0" * 32))
    assert caught.value.detail["field"] == "payload.assembly_guid"
    with pytest.raises(InvalidGuid):
        read(authoring(assembly_guid="nonsense"))
    assert read(authoring(assembly_guid="")).guid is None


@pytest.mark.parametrize("payload", [None, "text", [], 5])
def test_an_envelope_whose_payload_is_no_object_is_refused(payload: Any) -> None:
    with pytest.raises(InvalidField) as caught:
        read({"display_name": "x", "payload": payload})
    assert caught.value.detail["field"] == "payload"


def test_a_payload_next_to_a_script_is_an_unknown_key() -> None:
    document = read(authoring(payload={"script": "evil"}))
    assert document.extra == {"payload": {"script": "evil"}}
    assert read(write_document(document, Style.ENVELOPE)) == document


def test_the_librarys_own_facts_are_ignored_when_read_and_written_when_given() -> None:
    facts = EnvelopeFacts("official", "a" * 32, "b" * 64, "2025-01-01T00:00:00", "2025-01-02T00:00:00")
    document = read(authoring())
    written = write_document(document, Style.ENVELOPE, envelope=facts)
    assert (written["domain"], written["content_hash"], written["created_at"]) == (
        "official",
        "b" * 64,
        facts.created_at,
    )
    assert read(written) == document
    assert read(authoring(domain="official", payload_guid="x", content_hash=5)) == document
    assert "domain" not in write_document(document, Style.ENVELOPE)


def test_the_source_of_an_envelope_is_kept_and_given_back() -> None:
    source = {"source_repo": "https://example.org/r", "source_path": "a/b.json", "source_version": None}
    document = read(envelope(authoring(), **source))
    assert document.metadata == source
    written = write_document(document, Style.ENVELOPE)
    assert {key: written[key] for key in source} == source
    assert "metadata" not in written
    assert "metadata" not in write_document(document, Style.LEGACY)
    with pytest.raises(InvalidField) as caught:
        read(envelope(authoring(), source_path={"a": 1}))
    assert caught.value.detail["field"] == "source_path"


@pytest.mark.parametrize("style", list(Style))
def test_unknown_keys_of_document_and_envelope_survive_every_style(style: Style) -> None:
    inner = authoring(hosts=["a"], nodes_of_mine={"b": [None, 1.5]}, script_encoding="base64")
    document = read(envelope(inner, x_signature="abc", x_more={"c": 1}))
    assert document.extra == {"hosts": ["a"], "nodes_of_mine": {"b": [None, 1.5]}}
    assert document.envelope_extra == {"x_signature": "abc", "x_more": {"c": 1}}
    again = read(write_document(document, style))
    assert (again.extra, again.envelope_extra) == (document.extra, document.envelope_extra)
    assert again.content_hash == document.content_hash


@pytest.mark.parametrize(
    "carried, field",
    [(["x"], "envelope_extra"), ("x", "envelope_extra"), ({"payload": {}}, "envelope_extra.payload"),
     ({"display_name": "x"}, "envelope_extra.display_name"), ({"script": "x"}, "envelope_extra.script")],
)  # fmt: skip
def test_carried_keys_of_an_envelope_cannot_take_the_place_of_known_ones(carried: Any, field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        read(authoring(envelope_extra=carried))
    assert caught.value.detail["field"] == field


def test_a_fault_inside_an_envelope_is_named_with_its_path() -> None:
    with pytest.raises(InvalidField) as caught:
        read(envelope(authoring(variables=[{"name": "a"}, {"name": ""}])))
    assert caught.value.detail["field"] == "payload.variables[1].name"


def test_an_envelope_says_kind_and_language_in_the_newer_way() -> None:
    written = write_document(read(authoring(type="Shell")), Style.ENVELOPE)
    assert (written["assembly_type"], written["assembly_subtype"]) == ("script", "bash")
    assert written["payload"]["type"] == "Shell"
    assert written["payload"]["assembly_guid"] == GUID


def test_a_document_without_a_guid_is_written_without_one() -> None:
    document = read(authoring(assembly_guid=None))
    assert all("assembly_guid" not in write_document(document, style) for style in Style)
