"""Any document, in any style and back: equal, to the last byte of its script."""

import json
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assemblies.documents import (
    Attachment,
    Document,
    Style,
    canonical_json,
    default_category,
    file_name_key,
    parse_graph,
    parse_json,
    read_tree,
    write_document,
    write_tree,
)
from assemblies.documents.hidden_characters import HIDDEN
from assemblies.documents.kinds import get_assembly_type
from assemblies.documents.shapes import GRAPH_KEYS, PROVENANCE_KEYS, SOURCE_KEYS, unknown_keys
from assemblies.domains import Kind
from assemblies.errors import LibraryError
from tests.documents.document_builders import MAX_BYTES, as_kept_by, read

SURROGATES: list[Literal["Cs"]] = ["Cs"]
letters = st.characters(exclude_categories=SURROGATES, exclude_characters="\0")
texts = st.text(letters, max_size=20)
lines = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=20).filter(
    lambda text: HIDDEN.sub("", text).strip()
)
names = lines.map(str.strip)
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
mappings = st.dictionaries(texts, values, max_size=2)
guids = st.from_regex(r"[0-9a-f]{32}([0-9a-f]{8})?|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", fullmatch=True)

BYTE_ORDER_MARKS = [b"\xef\xbb\xbf", b"\xff\xfe"]
PIECES = [b"\r\n", b"\r", b"\n", b"\0", b"echo hi", b"QUJD", b"  ", "\u202eé".encode(), b"#!/bin/sh", b"x" * 4096]
fragments = st.sampled_from(BYTE_ORDER_MARKS + PIECES) | st.binary(max_size=12)
scripts = st.lists(fragments, max_size=6).map(b"".join)

TYPES = ["powershell", "PowerShell", "shell", "batch", "python", "ansible", "workflow", "Workflow"]
TRICKY_KEYS = ["payload", "playbook", "tasks", "nodes", "edges", "workflow", "script", "content", "tab_name", "hosts"]
TRICKY_KEYS += ["workflow_encoding", "script_encoding", "scriptEncoding", "script_lines", "viewport", "size", ""]


def extras(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    keys = texts | st.sampled_from(TRICKY_KEYS)
    return st.dictionaries(keys, values, max_size=3).map(lambda extra: unknown_keys(extra, kind))


nodes = st.builds(lambda extra, id_: extra | {"id": id_}, mappings, lines)
edges = st.fixed_dictionaries({"id": lines, "source": lines, "target": lines})
parts = st.fixed_dictionaries(
    {"nodes": st.lists(nodes, max_size=3), "edges": st.lists(edges, max_size=2)},
    optional={"tab_name": st.none() | texts},
)
graphs = st.builds(
    lambda extra, own: extra | own, mappings.filter(lambda found: not found.keys() & set(GRAPH_KEYS)), parts
)
variables = st.lists(
    st.fixed_dictionaries(
        {"name": lines},
        optional={"type": texts, "label": st.none() | texts, "default": values, "required": st.booleans(), "x": values},
    ),
    max_size=3,
    unique_by=lambda variable: str(variable["name"]),
)
file_names = lines.filter(lambda name: name.strip() not in (".", "..") and "/" not in name and "\\" not in name)
attachments = st.lists(
    st.builds(
        Attachment,
        file_name=file_names,
        mime_type=st.sampled_from(["", "text/plain", "application/octet-stream"]),
        data=st.binary(max_size=20),
        extra=st.dictionaries(st.sampled_from(["x", "mode", "path"]), values, max_size=2),
    ),
    max_size=2,
    unique_by=lambda attachment: file_name_key(attachment.file_name),
)
modes = st.sampled_from(["all", "specific"])
sites = st.fixed_dictionaries({"mode": modes, "values": st.lists(texts, max_size=2)}, optional={"x": values})
sources = st.fixed_dictionaries({"source_repo": texts, "source_version": st.none() | texts})
metadata = mappings.filter(lambda found: not found.keys() & set(SOURCE_KEYS)) | sources
envelope_keys = texts.map("x_{}".format) | st.sampled_from(["playbook", "hosts", "sites", "variables"])
envelope_extras = st.dictionaries(envelope_keys, values, max_size=2)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    type_name = draw(st.sampled_from(TYPES))
    kind = get_assembly_type(type_name).kind
    payload = parse_graph(draw(graphs)) if kind is Kind.WORKFLOW else draw(scripts)
    extra = draw(extras(kind))
    if kind is Kind.WORKFLOW and draw(st.booleans()):
        extra |= {"workflow_encoding": "b64"}
    return Document(
        guid=draw(st.none() | guids),
        display_name=draw(names),
        summary=draw(texts),
        type_name=type_name,
        payload=payload,
        category=draw(st.just(default_category(kind)) | st.just("") | lines),
        timeout_seconds=draw(st.just(3600) | st.integers(0, 2**31 - 1)),
        variables=draw(variables),
        files=draw(attachments),
        sites=draw(sites),
        version=draw(st.just(1) | st.integers(-5, 5) | st.floats(0, 9) | lines),
        tags=draw(st.lists(lines, max_size=3) | st.dictionaries(texts, values, min_size=1, max_size=2)),
        metadata=draw(metadata),
        extra=extra,
        envelope_extra=draw(envelope_extras),
    )


def assert_same(again: Document, document: Document) -> None:
    assert again == document
    assert again.content_hash == document.content_hash
    # Equality of Python values takes true for 1; equality of bytes does not.
    assert all(
        canonical_json(getattr(again, part)) == canonical_json(getattr(document, part))
        for part in ("extra", "envelope_extra", "metadata", "variables", "tags", "sites", "version")
    )


@given(documents(), st.sampled_from(list(Style)), st.sampled_from(["base64", "text"]))
def test_any_document_survives_any_style(document: Document, style: Style, encoding: Any) -> None:
    raw = json.dumps(write_document(document, style, script_encoding=encoding))
    assert_same(read(raw), as_kept_by(document, style))


@given(documents(), st.lists(st.sampled_from(list(Style)), min_size=2, max_size=4))
def test_a_document_written_twice_is_written_equally(document: Document, styles: list[Style]) -> None:
    again = document
    for style in styles:
        again = read(json.dumps(write_document(again, style)))
    last = write_document(again, styles[-1])
    assert canonical_json(write_document(read(json.dumps(last)), styles[-1])) == canonical_json(last)
    assert again.payload == document.payload


@given(documents())
def test_any_document_survives_the_tree(document: Document) -> None:
    files = write_tree(document, "it")
    assert_same(read_tree(files["it.json"], files, "it", max_bytes=MAX_BYTES), as_kept_by(document, None))


@given(scripts, st.sampled_from(list(Style)), st.sampled_from(["base64", "text"]))
def test_a_script_keeps_its_bytes(script: bytes, style: Style, encoding: Any) -> None:
    document = Document(guid=None, display_name="x", type_name="bash", payload=script, category="script")
    assert read(json.dumps(write_document(document, style, script_encoding=encoding))).payload == script


def test_a_large_script_keeps_its_bytes() -> None:
    script = bytes(range(256)) * 2048
    document = Document(guid=None, display_name="x", type_name="bash", payload=script, category="script")
    assert all(read(json.dumps(write_document(document, style))).payload == script for style in Style)


@given(values)
def test_the_strict_decoder_changes_no_value(value: Any) -> None:
    assert canonical_json(parse_json(json.dumps(value), max_bytes=MAX_BYTES)) == canonical_json(value)
    assert canonical_json(parse_json(canonical_json(value), max_bytes=MAX_BYTES)) == canonical_json(value)


@given(st.binary(max_size=60) | texts)
def test_anything_at_all_is_read_or_refused_by_a_named_fact(raw: bytes | str) -> None:
    try:
        read(raw)
    except LibraryError as fault:
        assert fault.message


known_keys = st.sampled_from([*TRICKY_KEYS, *PROVENANCE_KEYS, "name", "type", "kind", "version", "files"])


@given(st.dictionaries(known_keys, values | st.just("bash")))
def test_any_object_is_read_or_refused_by_a_named_fact(value: dict[str, Any]) -> None:
    try:
        document = read(json.dumps(value | {"name": "x"}))
    except LibraryError as fault:
        assert fault.detail["field"]
    else:
        assert_same(read(json.dumps(write_document(document, Style.ENVELOPE))), document)


def test_a_byte_that_is_lost_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    # A planted fault: line ends are made alike.
    unharmed = write_document

    def with_one_line_end(document: Document, style: Style, **options: Any) -> Any:
        return unharmed(replace(document, payload=document.payload.replace(b"\r\n", b"\n")), style, **options)

    monkeypatch.setattr(f"{__name__}.write_document", with_one_line_end)
    with pytest.raises(AssertionError):
        test_a_script_keeps_its_bytes()
