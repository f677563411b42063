"""The body of an Ansible document that carries its playbook in pieces instead of a script. JSON is YAML."""

from typing import Any

from assemblies.documents.canonical import readable_json
from assemblies.documents.decoding import step
from assemblies.errors import InvalidDocument, InvalidField

PLAYBOOK_KEYS = ("playbook", "tasks", "roles")


def read_playbook(document: dict[str, Any], prefix: str) -> tuple[bytes, frozenset[str]]:
    """The playbook's bytes and the keys they were made of. Raises InvalidDocument where there is none."""
    playbook = document.get("playbook")
    if isinstance(playbook, str):
        return playbook.encode("utf-8"), frozenset({"playbook"})
    if playbook is not None:
        plays = [playbook] if isinstance(playbook, dict) else playbook
        return readable_json(_list(plays, step(prefix, "playbook"))), frozenset({"playbook"})
    pieces = {key: document[key] for key in ("roles", "tasks") if document.get(key) is not None}
    if not pieces:
        raise InvalidDocument("The document has no script and no playbook.", field=step(prefix, "script"))
    for key, piece in pieces.items():
        _list(piece, step(prefix, key))
    hosts = document.get("hosts") or "all"
    return readable_json([{"hosts": hosts} | pieces]), frozenset(pieces)


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidField("This must be text or a list.", field=field)
    return value
