"""The graph of a workflow: nodes and edges, kept as canonical JSON so that equal graphs have equal bytes."""

import json
from typing import Any

from assemblies.documents.canonical import canonical_json, same_value
from assemblies.documents.decoding import check_value, decode_base64, parse_json, step
from assemblies.documents.fields import MAX_NAME_LENGTH, text
from assemblies.documents.scripts import BASE64_WORDS
from assemblies.documents.shapes import GRAPH_KEYS
from assemblies.errors import InvalidDocument, InvalidField

_JSON_WORDS = frozenset({"plain", "text", "json"})


def parse_graph(value: object, field: str = "workflow") -> bytes:
    """The canonical bytes of a graph given as an object or as JSON text. Raises InvalidField naming the place."""
    if isinstance(value, str | bytes):
        value = parse_json(value, max_bytes=len(value) * 4, field=field)
    else:
        check_value(value, field)
    if not isinstance(value, dict):
        raise InvalidField("A workflow must be an object with nodes and edges.", field=field)
    _check_parts(value, "nodes", ("id",), field)
    _check_parts(value, "edges", ("id", "source", "target"), field)
    if value.get("tab_name") is not None:
        text(value["tab_name"], step(field, "tab_name"), MAX_NAME_LENGTH)
    return canonical_json(value)


def graph_of(payload: bytes) -> dict[str, Any]:
    """The graph a workflow's payload holds."""
    graph: dict[str, Any] = json.loads(payload)
    return graph


def read_workflow(document: dict[str, Any], prefix: str) -> bytes:
    """The canonical graph of a workflow document, flat or encoded, from an object, JSON text or base64."""
    flat = {key: document[key] for key in GRAPH_KEYS if key in document}
    if document.get("workflow") is None:
        if not {"nodes", "edges"} <= flat.keys():
            raise InvalidDocument(
                "A workflow needs nodes and edges, each a list that may be empty.", field=step(prefix, "workflow")
            )
        return parse_graph(flat, prefix)
    field = step(prefix, "workflow")
    graph = graph_of(parse_graph(_encoded_graph(document, prefix, field), field))
    for key, value in flat.items():
        if not same_value(graph.setdefault(key, value), value):
            raise InvalidField("This says something else than the workflow itself.", field=step(prefix, key))
    return parse_graph(graph, field)


def is_base64_word(word: object) -> bool:
    return isinstance(word, str) and word.strip().lower() in BASE64_WORDS


def _encoded_graph(document: dict[str, Any], prefix: str, field: str) -> object:
    value = document["workflow"]
    word = document.get("workflow_encoding")
    is_json_word = isinstance(word, str) and word.strip().lower() in _JSON_WORDS
    if word is not None and not is_json_word and not is_base64_word(word):
        raise InvalidField('This must be "base64" or "json".', field=step(prefix, "workflow_encoding"))
    if not isinstance(value, str):
        return value
    # No base64 begins with a brace, so JSON text shows itself where nobody named the encoding.
    if is_json_word or (word is None and value.lstrip().startswith("{")):
        return value
    return decode_base64(value, field)


def _check_parts(graph: dict[str, Any], name: str, keys: tuple[str, ...], field: str) -> None:
    parts = graph.get(name)
    if not isinstance(parts, list):
        raise InvalidField("This must be a list.", field=step(field, name))
    for index, part in enumerate(parts):
        at = step(step(field, name), index)
        if not isinstance(part, dict):
            raise InvalidField("This must be an object.", field=at)
        for key in keys:
            if not isinstance(part.get(key), str) or not part[key]:
                raise InvalidField("This must be text that is not empty.", field=step(at, key))
