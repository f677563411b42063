"""What tells an assembly from the JSON of other programs."""

import json
from typing import Any

import pytest

from assemblies.documents import read_tree
from assemblies.documents.other_json import is_assembly, is_other_json
from assemblies.errors import InvalidDocument, LibraryError, NotAnAssembly
from tests.documents.document_builders import MAX_BYTES, authoring, encoded_workflow, envelope, graph
from tests.patience import at_most

OTHERS: dict[str, str] = {
    "package.json": '{"name": "tools", "version": "1.0.0", "type": "module", "scripts": {"test": "true"}, "files": []}',
    "composer.json": '{"name": "a/b", "description": "x", "type": "project", "require": {}}',
    "renovate.json": '{"$schema": "https://docs.renovatebot.com/renovate-schema.json", "extends": ["config:base"]}',
    "tsconfig.json": '{\n  // made by tsc --init\n  "compilerOptions": {\n "strict": true, /* all */ },\n}',
    "a URL in settings": '{"url": "http://example.org/*.json", // here\n "x": [1, 2, ],}',
    "tasks.json": '{"version": "2.0.0", "tasks": [{"label": "build"}]}',
    "deno.json": '{"name": "@a/b", "tasks": {"dev": "deno run"}}',
    "manifest.json": '{"kind": "Deployment", "metadata": {"name": "x"}}',
    "key given twice": '{"name": "a", "name": "b"}',
    "byte order mark": '\ufeff{"name": "a"}',
    "list": '[{"name": "a"}, 1]',
    "text": '"script"',
    "empty object": "{}",
}
ASSEMBLIES: list[Any] = [
    authoring(),
    encoded_workflow(),
    envelope(authoring()),
    graph(),
    {"payload": authoring()},
    {"name": "x", "type": "Shell"},
    {"name": "x", "tasks": []},
    {"assembly_guid": "nonsense"},
    [authoring()],
]


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_json_of_other_programs_is_no_assembly(text: str) -> None:
    assert is_other_json(text.encode())
    with pytest.raises(NotAnAssembly):
        read_tree(text.encode(), {}, "it", max_bytes=MAX_BYTES)


@pytest.mark.parametrize("value", ASSEMBLIES, ids=lambda value: ",".join(value) if isinstance(value, dict) else "list")
def test_what_has_the_mark_of_an_assembly_is_one_however_broken(value: Any) -> None:
    assert is_assembly(value)
    assert not is_other_json(json.dumps(value).encode())


@pytest.mark.parametrize("text", ["{", '{"name": "x", "type": "bash", "scr', '{"type": "bash" /* x */ ', "\x00"])
def test_what_is_cut_or_damaged_is_broken_and_not_another_programs(text: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        read_tree(text.encode(), {}, "it", max_bytes=MAX_BYTES)
    assert not isinstance(refused.value, NotAnAssembly)


@pytest.mark.parametrize(
    "piece", ['"\\"', "/*", "/", ",", ", ", '"', "\\", "[", '{"a":', "//", "9", '"a":1,'], ids=lambda piece: repr(piece)
)
def test_a_hostile_file_is_judged_quickly(piece: str) -> None:
    content = (piece * (MAX_BYTES // len(piece))).encode()
    with at_most(2), pytest.raises(LibraryError):
        read_tree(content, {}, "it", max_bytes=MAX_BYTES)
