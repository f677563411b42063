"""Values as older programs wrote them: read as what they mean, exported as today's spelling of it."""

from typing import Any

import pytest

from assemblies.documents import Style, normalise_timeout, write_document
from assemblies.errors import InvalidField
from tests.documents.document_builders import as_kept_by, read

LEGACY = {"version": 2, "name": "x", "type": "bash", "script": "x\r\n", "script_encoding": "plain"}

OLDER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"timeout_seconds": "3600"}, {"timeout_seconds": 3600}),
    ({"timeout_seconds": " 60 "}, {"timeout_seconds": 60}),
    ({"timeout_seconds": 60.0}, {"timeout_seconds": 60}),
    ({"timeout_seconds": ""}, {"timeout_seconds": None}),
    ({"timeout_seconds": 60, "timeout": "60"}, {"timeout_seconds": 60}),
    ({"variables": ""}, {"variables": []}),
    ({"variables": {}, "files": {}}, {"variables": [], "files": []}),
    ({"variables": [{"name": "a", "required": "True"}]}, {"variables": [{"name": "a", "required": True}]}),
    ({"variables": [{"name": "a", "required": "false"}]}, {"variables": [{"name": "a", "required": False}]}),
    ({"variables": [{"name": "a", "required": 0}]}, {"variables": [{"name": "a", "required": False}]}),
    ({"variables": [{"name": "a", "order": "2"}]}, {"variables": [{"name": "a", "order": 2}]}),
    (
        {"files": [{"file_name": "a", "size": "1", "data": "eA=="}]},
        {"files": [{"file_name": "a", "size": 1, "data": "eA=="}]},
    ),
    ({"sites": {"mode": "Specific", "values": ["hq"]}}, {"sites": {"mode": "specific", "values": ["hq"]}}),
    ({"sites": {"mode": "", "values": []}}, {"sites": None}),
    ({"sites": "", "tags": "", "metadata": "", "version": ""}, {"version": None}),
    ({"assembly_kind": "", "kind": ""}, {}),
    ({"type": "", "assembly_type": "Bash"}, {"type": None, "assembly_type": "Bash"}),
    ({"script_encoding": "utf-8"}, {"script_encoding": "plain"}),
]


@pytest.mark.parametrize("older, todays", OLDER)
@pytest.mark.parametrize("in_an_envelope", [False, True])
def test_an_older_value_is_read_as_what_it_means(
    older: dict[str, Any], todays: dict[str, Any], in_an_envelope: bool
) -> None:
    documents = [LEGACY | changes for changes in (older, todays)]
    if in_an_envelope:
        documents = [{"display_name": "x", "payload": document} for document in documents]
    first, second = map(read, documents)
    assert first == second
    for style in Style:
        assert read(write_document(first, style)) == as_kept_by(second, style)


def test_a_default_stays_text_where_it_was_text() -> None:
    variable = {"name": "a", "type": "number", "default": "5", "options": ["1", "2"]}
    assert read(LEGACY | {"variables": [variable]}).variables == [variable]


def test_a_form_must_send_a_number_where_a_number_belongs() -> None:
    with pytest.raises(InvalidField):
        normalise_timeout("60")
