"""Items: create, list, read, replace, change, delete."""

from typing import Any

from tests.wire.conversation import Conversation, Speaker
from tests.wire.people import anonymous, signed_in

ITEMS = "/api/assemblies"
ONE, TWO, THREE, FLOW, BINARY, NOWHERE = (f"{digit}" * 32 for digit in "12345f")
SCRIPT = {"display_name": "Show uptime", "assembly_type": "bash", "payload": "uptime\n"}
FULL = SCRIPT | {
    "assembly_guid": TWO,
    "display_name": "Ünïcode – all fields",
    "summary": "Every field",
    "category": "Application",
    "version": 2.5,
    "tags": ["night", "día"],
    "metadata": {"author": "Ann", "nested": {"deep": [1, None, True]}},
    "timeout_seconds": 60,
    "variables": [{"name": "TARGET", "type": "string", "default": "x", "required": True}],
    "sites": {"mode": "all", "values": []},
    "payload": '#!/bin/bash\necho "$TARGET"\r\n',
}
WORKFLOW = {
    "display_name": "A flow",
    "assembly_type": "workflow",
    "assembly_guid": FLOW,
    "payload": {"nodes": [{"id": "a", "type": "start"}], "edges": []},
}
# What is refused, and by which field.
BAD: list[Any] = [
    [],
    "text",
    {},
    SCRIPT | {"display_name": ""},
    SCRIPT | {"display_name": 7},
    SCRIPT | {"display_name": "x" * 256},
    SCRIPT | {"display_name": "a\u0000b"},
    SCRIPT | {"assembly_type": "perl"},
    SCRIPT | {"assembly_type": None},
    SCRIPT | {"payload": None},
    SCRIPT | {"payload": 7},
    SCRIPT | {"summary": 7},
    SCRIPT | {"category": []},
    SCRIPT | {"version": {}},
    SCRIPT | {"tags": "night"},
    SCRIPT | {"tags": [{"a": "\ud800"}]},
    SCRIPT | {"metadata": []},
    SCRIPT | {"timeout_seconds": -1},
    SCRIPT | {"timeout_seconds": True},
    SCRIPT | {"timeout_seconds": "soon"},
    SCRIPT | {"variables": {}},
    SCRIPT | {"variables": [1]},
    SCRIPT | {"sites": []},
    SCRIPT | {"domain": "elsewhere"},
    SCRIPT | {"domain": None},
    SCRIPT | {"assembly_guid": "not a guid"},
    SCRIPT | {"assembly_guid": 7},
    SCRIPT | {"revision": 1},
    SCRIPT | {"source": "user"},
    SCRIPT | {"assembly_kind": "script"},
    SCRIPT | {"owner": "me"},
]


def hold(conversation: Conversation) -> None:
    nobody, viewer = anonymous(conversation), signed_in(conversation, "viewer")
    operator, administrator = signed_in(conversation, "operator"), signed_in(conversation, "administrator")
    granted = signed_in(conversation, "granted")
    viewer.get(ITEMS)
    _create(nobody, viewer, operator, administrator, granted)
    _refuse_bodies(operator)
    _list(viewer, administrator, nobody)
    _read(viewer, administrator, nobody)
    _change(viewer, operator, administrator, granted)
    _replace(operator)
    _delete(viewer, operator, administrator, granted)


def _create(nobody: Speaker, viewer: Speaker, operator: Speaker, administrator: Speaker, granted: Speaker) -> None:
    nobody.post(ITEMS, SCRIPT)
    viewer.post(ITEMS, SCRIPT)
    operator.post(ITEMS, SCRIPT | {"assembly_guid": ONE})
    operator.post(ITEMS, SCRIPT | {"assembly_guid": ONE})
    operator.post(f"{ITEMS}/", FULL)
    operator.post(ITEMS, SCRIPT | {"display_name": "Hidden\u200b", "payload": "echo \u202eevil\n"})
    operator.post(ITEMS, SCRIPT | {"display_name": "Once"}, Idempotency_Key="create once")
    operator.post(ITEMS, SCRIPT | {"display_name": "Once"}, Idempotency_Key="create once")
    operator.post(ITEMS, SCRIPT, Idempotency_Key="k" * 256)
    operator.post(ITEMS, SCRIPT | {"domain": "community"})
    administrator.post(ITEMS, SCRIPT | {"domain": "community"})
    granted.post(ITEMS, SCRIPT | {"domain": "community", "assembly_guid": THREE, "display_name": "For all"})
    granted.post(ITEMS, SCRIPT | {"domain": "user_created", "assembly_guid": THREE})
    operator.post(ITEMS, WORKFLOW)


def _refuse_bodies(operator: Speaker) -> None:
    for body in BAD:
        # Half a pair of surrogates can be sent escaped only.
        operator.post(ITEMS, body if body != SCRIPT | {"tags": [{"a": "\ud800"}]} else '{"tags": ["\\ud800"]}')
    for text in ("", "{", '{"a": 1, "a": 2}', "NaN", "[" * 200):
        operator.post(ITEMS, text or " ")
    operator.send_bytes("POST", ITEMS, b"a=b", "application/x-www-form-urlencoded")
    operator.send_bytes("POST", ITEMS, b"\xff\xfe", "application/json")
    operator.post(ITEMS, SCRIPT | {"payload": "x" * (1 << 20)})
    operator.post(ITEMS, '{"payload": "' + "x" * (2 << 20) + '"}')


def _list(viewer: Speaker, administrator: Speaker, nobody: Speaker) -> None:
    nobody.get(ITEMS)
    etag = viewer.get(ITEMS)["ETag"]
    viewer.get(f"{ITEMS}/", If_None_Match=etag)
    viewer.get(f"{ITEMS}?limit=1", If_None_Match=f'W/{etag}, "other"')
    viewer.get(f"{ITEMS}?limit=1", If_None_Match='"other"')
    administrator.get(f"{ITEMS}?limit=1", If_None_Match=etag)
    for query in (
        "limit=2", "limit=2&offset=2", "limit=2&offset=50", "domain=community", "domain=user_created&limit=1",
        "kind=workflow", "type=bash&limit=1", "category=Application", "tag=night", "dirty=true&limit=1", "dirty=0",
        "upstream_state=withdrawn", "deleted=true", "q=fields", "q=", "content=uptime&limit=2", "content=EVIL",
        "ordering=-updated_at&limit=2", "limit=&domain=",
    ):  # fmt: skip
        viewer.get(f"{ITEMS}?{query}")
    for query in (
        "limit=0", "limit=10001", "limit=x", "limit=-1", "offset=-1", "offset=1e3", "domain=mine", "kind=perl",
        "type=perl", "dirty=maybe", "deleted=2", "upstream_state=lost", "ordering=size", "colour=red",
        "limit=1&limit=2", f"q={'x' * 1001}", "q=%00", "token=abc",
    ):  # fmt: skip
        viewer.get(f"{ITEMS}?{query}")


def _read(viewer: Speaker, administrator: Speaker, nobody: Speaker) -> None:
    one = f"{ITEMS}/{TWO}"
    nobody.get(one)
    etag = viewer.get(one)["ETag"]
    viewer.get(f"{one}/", If_None_Match=etag)
    viewer.get(one, If_None_Match="*")
    administrator.get(one, If_None_Match=etag)
    viewer.get(f"{ITEMS}/{ONE.upper()}")
    viewer.get(f"{ITEMS}/{FLOW}")
    viewer.get(f"{ITEMS}/{NOWHERE}")
    viewer.get(f"{ITEMS}/not-a-guid")
    viewer.get(f"{one}?colour=red")
    viewer.send("HEAD", one)


def _change(viewer: Speaker, operator: Speaker, administrator: Speaker, granted: Speaker) -> None:
    one, shared = f"{ITEMS}/{ONE}", f"{ITEMS}/{THREE}"
    viewer.patch(one, {"summary": "Mine"})
    operator.patch(shared, {"summary": "Mine"})
    administrator.patch(shared, {"summary": "Mine"})
    granted.patch(shared, {"summary": "Ours"})
    item = operator.patch(one, {"summary": "Changed"})
    operator.patch(one, {"summary": "Changed"})
    operator.patch(one, {})
    operator.patch(one, {"summary": "Again"}, If_Match=item["ETag"])
    operator.patch(one, {"summary": "Stale"}, If_Match=item["ETag"])
    operator.patch(one, {"summary": "Stale"}, If_Match='"1"')
    operator.patch(one, {"summary": "Any"}, If_Match="*")
    operator.patch(one, {"payload": "uptime -p\n", "tags": {"os": "linux"}})
    operator.patch(one, {"payload": "echo \u200b\n"})
    operator.patch(one, {"assembly_type": "python"})
    operator.patch(one, {"assembly_type": "workflow"})
    operator.patch(f"{ITEMS}/{FLOW}", {"payload": '{"nodes": [], "edges": []}'})
    operator.patch(f"{ITEMS}/{FLOW}", {"payload": "no graph"})
    operator.patch(one, {"category": None, "summary": None, "timeout_seconds": None, "variables": None})
    bodies: tuple[Any, ...] = (
        [], {"owner": "me"}, {"summary": 7}, {"domain": "community"}, {"domain": "user", "source": "user"},
        {"source": "official"}, {"assembly_guid": TWO}, {"assembly_guid": ONE}, {"assembly_guid": "x"},
        {"revision": 1}, {"checksum": "0"},
        {"is_dirty": False}, {"files": []}, {"created_at": None}, {"payload_guid": "x"}, {"display_name": None},
    )  # fmt: skip
    for body in bodies:
        operator.patch(one, body)
    operator.patch(f"{ITEMS}/{NOWHERE}", {})
    operator.patch(f"{ITEMS}/not-a-guid", {})


def _replace(operator: Speaker) -> None:
    one = f"{ITEMS}/{ONE}"
    whole = operator.get(one).json()
    operator.put(one, whole | {"display_name": "Put back"})
    operator.put(one, SCRIPT)
    operator.put(f"{one}/", SCRIPT | {"tags": ["x"]}, If_Match='"1"')
    operator.put(one, {"display_name": "Half"})
    operator.put(one, SCRIPT | {"payload": None})
    operator.put(one, SCRIPT | {"payload_size_bytes": 1})
    operator.put(f"{ITEMS}/{NOWHERE}", SCRIPT)


def _delete(viewer: Speaker, operator: Speaker, administrator: Speaker, granted: Speaker) -> None:
    one, shared = f"{ITEMS}/{ONE}", f"{ITEMS}/{THREE}"
    viewer.delete(one)
    administrator.delete(shared)
    granted.delete(shared)
    operator.delete(one, If_Match='"1"')
    operator.delete(f"{one}/")
    operator.delete(one)
    operator.get(one)
    operator.patch(one, {})
    operator.delete(f"{ITEMS}/not-a-guid")
    viewer.get(f"{ITEMS}?deleted=true")
    administrator.get(f"{ITEMS}?deleted=true&limit=1")
    operator.post(ITEMS, SCRIPT | {"display_name": "Twice"}, Idempotency_Key="create once")
