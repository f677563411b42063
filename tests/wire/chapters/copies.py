"""Copies in and out: clone, import, export, payload, attachments."""

import json
from typing import Any

from tests.wire.chapters.items import FLOW, FULL, ITEMS, NOWHERE, ONE, SCRIPT, THREE, TWO, WORKFLOW
from tests.wire.conversation import Conversation, Speaker, zipped
from tests.wire.people import anonymous, signed_in

IMPORT, EXPORT = f"{ITEMS}/import", f"{ITEMS}/export"
NEW = [f"{letter}" * 32 for letter in "abcde"]
DOCUMENT = {"name": "Imported", "type": "bash", "script": "true\n", "script_encoding": "plain"}
WITH_FILE = DOCUMENT | {"files": [{"file_name": "a ü.txt", "mime_type": "text/plain", "data": "aGVsbG8="}]}
BODIES: list[Any] = [
    [],
    {},
    {"document": None},
    {"document": 7},
    {"document": "no json"},
    {"document": "{"},
    {"document": {}},
    {"document": DOCUMENT | {"type": "perl"}},
    {"document": DOCUMENT | {"name": ""}},
    {"document": DOCUMENT, "file": "a.json"},
    {"document": DOCUMENT, "domain": "mine"},
    {"document": DOCUMENT, "domain": 7},
    {"document": DOCUMENT, "assembly_guid": "x"},
    {"document": DOCUMENT, "on_conflict": "perhaps"},
    {"document": DOCUMENT, "on_conflict": None},
    {"document": DOCUMENT, "dry_run": "true"},
    {"document": DOCUMENT, "dry_run": 1},
    {"document": DOCUMENT, "owner": "me"},
]


def hold(conversation: Conversation) -> None:
    nobody, viewer = anonymous(conversation), signed_in(conversation, "viewer")
    operator, administrator = signed_in(conversation, "operator"), signed_in(conversation, "administrator")
    granted = signed_in(conversation, "granted")
    bodies: list[Any] = [SCRIPT | {"assembly_guid": ONE}, FULL, WORKFLOW]
    for body in bodies:
        operator.post(ITEMS, body)
    granted.post(ITEMS, SCRIPT | {"domain": "official", "assembly_guid": THREE, "display_name": "Official"})
    # As long as everything has a GUID that is known: files are named after GUIDs.
    viewer.get(f"{EXPORT}?style=legacy")
    _clone(nobody, viewer, operator, administrator)
    _import(nobody, viewer, operator, administrator)
    _upload(operator)
    _archive(operator)
    _attach(viewer, operator, administrator, granted)
    _export(nobody, viewer, administrator)
    _payload(nobody, viewer)


def _clone(nobody: Speaker, viewer: Speaker, operator: Speaker, administrator: Speaker) -> None:
    clone = f"{ITEMS}/{THREE}/clone"
    nobody.post(clone, {"target_domain": "user"})
    viewer.post(clone, {"target_domain": "user"})
    administrator.post(clone, {"target_domain": "community"})
    operator.post(clone, {"target_domain": "user"})
    named = {"target_domain": "user_created", "new_assembly_guid": NEW[0].upper(), "display_name": "A copy"}
    operator.post(f"{clone}/", named, Idempotency_Key="clone once")
    operator.post(clone, named, Idempotency_Key="clone once")
    operator.post(clone, named)
    operator.post(clone, named | {"new_assembly_guid": None, "display_name": None})
    bodies: tuple[Any, ...] = (
        [], {}, {"target_domain": None}, {"target_domain": "mine"}, {"target_domain": "user", "display_name": ""},
        {"target_domain": "user", "display_name": 7}, {"target_domain": "user", "new_assembly_guid": "x"},
        {"target_domain": "user", "owner": "me"},
    )  # fmt: skip
    for body in bodies:
        operator.post(clone, body)
    operator.post(f"{ITEMS}/{NOWHERE}/clone", {"target_domain": "user"})
    operator.post(f"{ITEMS}/no-guid/clone", {"target_domain": "user"})


def _import(nobody: Speaker, viewer: Speaker, operator: Speaker, administrator: Speaker) -> None:
    nobody.post(IMPORT, {"document": DOCUMENT})
    viewer.post(IMPORT, {"document": DOCUMENT})
    viewer.post(IMPORT, {"document": DOCUMENT, "dry_run": True})
    administrator.post(IMPORT, {"document": DOCUMENT, "domain": "official"})
    administrator.post(IMPORT, {"document": DOCUMENT, "domain": "official", "dry_run": True})
    operator.post(IMPORT, {"document": DOCUMENT, "assembly_guid": NEW[1]})
    operator.post(IMPORT, {"document": DOCUMENT, "assembly_guid": NEW[1]})
    operator.post(f"{IMPORT}/", {"document": DOCUMENT | {"script": "false\n"}, "assembly_guid": NEW[1]})
    changed = {"document": DOCUMENT | {"script": "sleep 1\n", "name": "a\u200bb"}, "assembly_guid": NEW[1]}
    for policy in ("skip", "fail", "new_guid"):
        operator.post(IMPORT, changed | {"on_conflict": policy, "dry_run": True})
        operator.post(IMPORT, changed | {"on_conflict": policy})
    operator.post(IMPORT, {"document": json.dumps(DOCUMENT | {"name": "As text"}), "domain": "user_created"})
    operator.post(IMPORT, {"document": DOCUMENT, "assembly_guid": THREE})
    operator.post(IMPORT, {"document": DOCUMENT, "assembly_guid": THREE, "dry_run": True})
    operator.post(IMPORT, {"document": DOCUMENT | {"name": "Once"}}, Idempotency_Key="import once")
    operator.post(IMPORT, {"document": DOCUMENT | {"name": "Once"}}, Idempotency_Key="import once")
    for body in BODIES:
        operator.post(IMPORT, body)
    operator.send_bytes("POST", IMPORT, b"{}", "text/plain")


def _upload(operator: Speaker) -> None:
    text = json.dumps(DOCUMENT | {"assembly_guid": NEW[2], "name": "Uploaded"}).encode()
    operator.upload(IMPORT, {"file": ("one.json", text), "dry_run": "true"})
    operator.upload(IMPORT, {"file": ("one.json", text), "dry_run": "0", "domain": "user"})
    operator.upload(IMPORT, {"document": text.decode(), "on_conflict": "skip"})
    operator.upload(IMPORT, {"document": ("one.json", text), "assembly_guid": NEW[3]})
    operator.upload(IMPORT, {"file": "a name"})
    operator.upload(IMPORT, {"file": ("one.json", text), "document": text.decode()})
    operator.upload(IMPORT, {"file": ("one.json", text), "dry_run": "perhaps"})
    operator.upload(IMPORT, {"file": ("one.json", text), "domain": ["user", "user"]})
    operator.upload(IMPORT, {"file": ("one.json", text), "colour": "red"})
    operator.upload(IMPORT, {"file": ("one.json", b"\xff\xfe")})
    operator.upload(IMPORT, {})


def _archive(operator: Speaker) -> None:
    members = {
        f"{name}.json": json.dumps(DOCUMENT | {"assembly_guid": guid, "name": name}).encode()
        for name, guid in {"First": NEW[4], "Second": ONE}.items()
    }
    archive = zipped(members | {"readme.md": b"Read me."})
    operator.upload(IMPORT, {"file": ("two.zip", archive), "dry_run": "true"})
    operator.upload(IMPORT, {"file": ("two.zip", archive)})
    operator.upload(IMPORT, {"file": ("two.zip", archive)})
    operator.upload(IMPORT, {"file": ("two.zip", archive), "on_conflict": "skip"})
    operator.upload(IMPORT, {"file": ("two.zip", archive), "on_conflict": "fail"})
    operator.upload(IMPORT, {"file": ("two.zip", archive), "assembly_guid": ONE})
    operator.upload(IMPORT, {"file": ("bad.zip", zipped({"a.json": b"{", **members}))})
    operator.upload(IMPORT, {"file": ("broken.zip", archive[:40])})
    operator.get(f"{IMPORT}/{ONE}")


def _attach(viewer: Speaker, operator: Speaker, administrator: Speaker, granted: Speaker) -> None:
    file = f"{ITEMS}/{ONE}/files/list.csv"
    viewer.send_bytes("PUT", file, b"a,b\n", "text/csv")
    administrator.send_bytes("PUT", f"{ITEMS}/{THREE}/files/list.csv", b"a,b\n", "text/csv")
    granted.send_bytes("PUT", f"{ITEMS}/{THREE}/files/list.csv", b"a,b\n", "text/csv")
    item = operator.send_bytes("PUT", file, b"a,b\n", "text/csv")
    operator.send_bytes("PUT", f"{file}/", b"a,b,c\n", "text/csv; charset=utf-8", If_Match=item["ETag"])
    operator.send_bytes("PUT", file, b"late\n", "text/csv", If_Match=item["ETag"])
    operator.send_bytes("PUT", f"{ITEMS}/{ONE}/files/data.json", b"{}", "application/json")
    operator.send_bytes("PUT", f"{ITEMS}/{ONE}/files/a%2Fb", b"x", "text/plain")
    operator.send_bytes("PUT", f"{ITEMS}/{ONE}/files/..", b"x", "text/plain")
    operator.send_bytes("PUT", f"{ITEMS}/{NOWHERE}/files/x", b"x", "text/plain")
    etag = viewer.get(file)["ETag"]
    viewer.get(file, If_None_Match=etag)
    viewer.get(f"{ITEMS}/{ONE}/files/nothing")
    viewer.send("HEAD", file)
    viewer.get(f"{ITEMS}/{ONE}")
    viewer.delete(file)
    operator.delete(file, If_Match='"1"')
    operator.delete(file)
    operator.delete(file)


def _export(nobody: Speaker, viewer: Speaker, administrator: Speaker) -> None:
    one = f"{ITEMS}/{TWO}/export"
    nobody.get(one)
    viewer.get(one)
    for style in ("authoring", "legacy", "envelope"):
        viewer.get(f"{one}?style={style}")
    administrator.get(f"{one}/?style=envelope&script_encoding=text")
    viewer.get(f"{ITEMS}/{FLOW}/export?script_encoding=base64")
    for query in ("style=tree", "style=", "script_encoding=rot13", "colour=red"):
        viewer.get(f"{one}?{query}")
    viewer.get(f"{ITEMS}/{NOWHERE}/export")
    viewer.get(f"{ITEMS}/no-guid/export")
    nobody.get(EXPORT)
    viewer.get(f"{EXPORT}?domain=official")
    viewer.get(f"{EXPORT}/?domain=community&style=tree")
    for style in ("legacy", "envelope", "tree"):
        viewer.get(f"{EXPORT}?domain=official&style={style}")
    for query in ("domain=mine", "style=zip", "limit=1"):
        viewer.get(f"{EXPORT}?{query}")


def _payload(nobody: Speaker, viewer: Speaker) -> None:
    one = f"{ITEMS}/{TWO}/payload"
    nobody.get(one)
    etag = viewer.get(one)["ETag"]
    viewer.get(f"{one}/", If_None_Match=etag)
    viewer.get(f"{ITEMS}/{FLOW}/payload")
    viewer.send("HEAD", one)
    viewer.get(f"{ITEMS}/{NOWHERE}/payload")
