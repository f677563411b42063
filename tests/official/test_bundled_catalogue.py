"""Every bundled document is complete, is unlike every other, and agrees with the script next to it."""

import ast
import re
import uuid
from collections import Counter

import pytest

from tests.official.bundled_tree import BUNDLED, EXTENSIONS, TREE, Document, documents, environment_reads, name_of

KEYS = ["assembly_guid", "name", "description", "type", "timeout_seconds", "variables", "files"]
OPTIONAL_KEYS = ["workflow", "category", "tags"]
VARIABLE_KEYS = {"name", "label", "type", "default", "required", "description"}
VARIABLE_TYPES = {"string", "number", "boolean", "credential", "select"}
# What the systems themselves set, and what a script may read of it.
PLATFORM_NAMES = {"PATH", "BASH_REMATCH", "LINENO", "EXIT", "ERR", "COMPUTERNAME", "SystemDrive", "SystemRoot"}

ALL = documents()
every_document = pytest.mark.parametrize("document", ALL, ids=name_of)
every_script = pytest.mark.parametrize(
    "document", [document for document in ALL if document.fields["type"] != "workflow"], ids=name_of
)


def test_the_catalogue_serves_a_mixed_fleet() -> None:
    counts = Counter(document.fields["type"] for document in ALL)
    assert counts.total() >= 26
    assert counts["powershell"] >= 9
    assert counts["bash"] >= 6
    assert counts["python"] >= 5
    assert counts["ansible"] >= 4
    assert counts["batch"] >= 2
    assert counts["workflow"] >= 2


def test_guids_and_names_are_unique() -> None:
    for field in ("assembly_guid", "name"):
        values = Counter(document.fields[field].lower() for document in ALL)
        assert [value for value, count in values.items() if count > 1] == []


def test_every_kind_of_variable_and_several_attachments_are_shown() -> None:
    used = {variable["type"] for document in ALL for variable in document.fields["variables"]}
    assert used == VARIABLE_TYPES
    assert max(len(document.attachments) for document in ALL) >= 2


def test_every_file_of_the_tree_belongs_to_a_document() -> None:
    expected = {document.path for document in ALL}
    expected |= {document.script_path for document in ALL if document.fields["type"] != "workflow"}
    expected |= {path for document in ALL for path in document.attachments}
    assert {path for path in TREE.rglob("*") if path.is_file()} == expected


def test_git_never_changes_a_line_end_of_the_catalogue() -> None:
    assert "* -text" in (BUNDLED / ".gitattributes").read_text().splitlines()


@every_document
def test_a_document_has_the_fields_of_the_format_in_their_order(document: Document) -> None:
    fields = document.fields
    assert list(fields)[: len(KEYS)] == KEYS
    assert [key for key in OPTIONAL_KEYS if key in fields] == list(fields)[len(KEYS) :]
    assert "script" not in fields
    assert uuid.UUID(fields["assembly_guid"]).version == 4
    assert fields["assembly_guid"] == str(uuid.UUID(fields["assembly_guid"]))
    assert fields["name"].strip()
    assert fields["description"].strip().endswith(".")
    assert fields["type"] in {*EXTENSIONS, "workflow"}
    assert 1 <= fields["timeout_seconds"] <= 86400
    assert fields["category"] in {"script", "application"}
    assert fields["tags"]
    assert fields["tags"] == list(dict.fromkeys(fields["tags"]))


@every_document
def test_a_document_is_readable_json_with_plain_line_ends(document: Document) -> None:
    raw = document.path.read_bytes()
    assert b"\r" not in raw
    assert raw.endswith(b"}\n")
    assert raw.startswith(b'{\n  "assembly_guid"')


@every_document
def test_variables_are_typed_and_their_defaults_fit(document: Document) -> None:
    variables = document.fields["variables"]
    names = [variable["name"] for variable in variables]
    assert len(names) == len(set(names))
    assert [variable["order"] for variable in variables] == list(range(1, len(variables) + 1))
    for variable in variables:
        assert set(variable) - VARIABLE_KEYS <= {"options", "order"}
        assert set(variable) >= VARIABLE_KEYS
        assert re.fullmatch(r"[A-Z][A-Z0-9_]*", variable["name"])
        assert isinstance(variable["required"], bool)
        match variable["type"]:
            case "number":
                assert float(variable["default"]) >= 0
            case "boolean":
                assert isinstance(variable["default"], bool)
            case "select":
                assert variable["default"] in variable["options"]
            case "credential":
                assert variable["default"] == "", "a secret never has a default"
            case kind:
                assert kind == "string"
                assert isinstance(variable["default"], str)
        if variable["type"] != "select":
            assert "options" not in variable


@every_document
def test_destruction_needs_a_decision(document: Document) -> None:
    defaults = {variable["name"]: variable["default"] for variable in document.fields["variables"]}
    assert defaults.get("DRY_RUN", True) is True
    assert defaults.get("CLEAR_QUEUE", False) is False
    assert defaults.get("ALLOW_REBOOT", False) is False
    if "cleanup" in document.fields["tags"]:
        assert "DRY_RUN" in defaults


@every_document
def test_attachments_exist_in_the_order_of_the_list(document: Document) -> None:
    listed = document.fields["files"]
    assert [path.name for path in document.attachments] == [str(number) for number in range(1, len(listed) + 1)]
    for entry, path in zip(listed, document.attachments, strict=True):
        assert set(entry) == {"file_name", "mime_type"}
        assert "/" not in entry["file_name"]
        assert path.stat().st_size > 0


@every_script
def test_a_script_lies_next_to_its_document(document: Document) -> None:
    raw = document.script_path.read_bytes()
    assert len(raw) > 200
    assert not raw.startswith(b"\xef\xbb\xbf"), "a byte order mark breaks the first line of a shell script"
    assert raw.isascii(), "Windows PowerShell reads a script without a mark in the code page of the host"
    assert raw.endswith(b"\n")
    line_ends = raw.count(b"\r\n")
    assert line_ends == (raw.count(b"\n") if document.fields["type"] == "batch" else 0)
    assert raw.count(b"\r") == line_ends
    assert b"\t" not in raw


@pytest.mark.parametrize(
    "document", [document for document in ALL if document.fields["type"] not in ("workflow", "ansible")], ids=name_of
)
def test_a_script_reads_exactly_the_variables_its_document_declares(document: Document) -> None:
    assert environment_reads(document) - PLATFORM_NAMES == document.variable_names


@pytest.mark.parametrize("document", documents("python"), ids=name_of)
def test_a_python_script_runs_on_old_interpreters_with_the_standard_library_alone(document: Document) -> None:
    module = ast.parse(document.script, feature_version=(3, 8))
    allowed = set(
        "argparse collections ctypes datetime glob gzip hashlib heapq http json os platform re shutil".split()
    )
    allowed |= set("__future__ socket ssl stat sys tempfile time typing urllib zlib".split())
    for statement in ast.walk(module):
        if isinstance(statement, ast.Import):
            assert {alias.name.split(".")[0] for alias in statement.names} <= allowed
        elif isinstance(statement, ast.ImportFrom):
            assert (statement.module or "").split(".")[0] in allowed
