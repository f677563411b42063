"""What is said about an assembly by its GUID: settings, notes, and other names that lead to it."""

from typing import Any

from django.utils import timezone

from assemblies.models import AliasKind, AssemblyAlias
from tests.wire.chapters.items import ITEMS, NOWHERE, ONE, SCRIPT, THREE
from tests.wire.conversation import Conversation, Speaker
from tests.wire.people import anonymous, signed_in

SETTINGS, NOTES = f"{ITEMS}/{ONE}/settings", f"{ITEMS}/{ONE}/notes"
APPROVED = f"{SETTINGS}/approved/production"
VALUES: list[Any] = [
    [],
    {},
    {"value": True, "status": "lost"},
    {"value": True, "status": None},
    {"value": True, "owner": "me"},
    {"value": "x" * 20000},
    {"value": "\u0000"},
]
TEXTS: list[Any] = [
    [],
    {},
    {"content": ""},
    {"content": 7},
    {"content": "x" * 20000},
    {"content": "Note", "note_type": ""},
    {"content": "Note", "note_type": "x" * 100},
    {"content": "Note", "note_type": None},
    {"content": "Note", "owner": "me"},
]


def hold(conversation: Conversation) -> None:
    nobody, viewer = anonymous(conversation), signed_in(conversation, "viewer")
    operator, administrator = signed_in(conversation, "operator"), signed_in(conversation, "administrator")
    granted = signed_in(conversation, "granted")
    script = SCRIPT | {"variables": [{"name": "TARGET", "type": "string"}, {"name": "KEY", "type": "credential"}]}
    operator.post(ITEMS, script | {"assembly_guid": ONE})
    granted.post(ITEMS, SCRIPT | {"assembly_guid": THREE, "domain": "community"})
    _settings(nobody, viewer, operator, administrator, granted)
    _history(nobody, viewer)
    _notes(nobody, viewer, operator, administrator)
    _checks(nobody, viewer, operator)
    _aliases(viewer, operator)


def _checks(nobody: Speaker, viewer: Speaker, operator: Speaker) -> None:
    suppressed = f"{SETTINGS}/suppressed_check/unused-variable"
    nobody.get(f"{ITEMS}/{ONE}/checks")
    viewer.get(f"{ITEMS}/{ONE}/checks")
    viewer.put(suppressed, {"value": {"reason": "Files use it."}})
    operator.put(suppressed, {"value": True})
    operator.put(f"{SETTINGS}/suppressed_check/no rule", {"value": {"reason": "Files use it."}})
    operator.put(suppressed, {"value": {"reason": "Files use it."}})
    viewer.get(f"{ITEMS}/{ONE}/checks/")
    operator.delete(suppressed)
    viewer.get(f"{ITEMS}/{ONE}/checks?all=1")
    viewer.get(f"{ITEMS}/{NOWHERE}/checks")
    viewer.get(f"{ITEMS}?findings=error")
    viewer.get(f"{ITEMS}?findings=bad")


def _settings(nobody: Speaker, viewer: Speaker, operator: Speaker, administrator: Speaker, granted: Speaker) -> None:
    viewer.get(SETTINGS)
    nobody.put(APPROVED, {"value": True})
    viewer.put(APPROVED, {"value": True})
    administrator.put(f"{ITEMS}/{THREE}/settings/approved/production", {"value": True})
    granted.put(f"{ITEMS}/{THREE}/settings/approved/production", {"value": True})
    operator.put(APPROVED, {"value": {"by": "Ann", "on": [1, None]}})
    operator.put(f"{APPROVED}/", {"value": None, "status": "superseded"})
    operator.put(f"{SETTINGS}/variable_default/TARGET", {"value": "host"})
    operator.put(f"{SETTINGS}/variable_default/KEY", {"value": "secret"})
    operator.put(f"{SETTINGS}/variable_default/OTHER", {"value": "x"})
    operator.put(f"{SETTINGS}/replaced_by/all", {"value": THREE.upper()})
    operator.put(f"{SETTINGS}/replaced_by/all", {"value": NOWHERE})
    viewer.put(f"{SETTINGS}/favourite/viewer", {"value": True})
    viewer.put(f"{SETTINGS}/favourite/operator", {"value": True})
    viewer.put(f"{SETTINGS}/favourite/viewer", {"value": "much"})
    operator.put(f"{SETTINGS}/colour/x", {"value": 1})
    operator.put(f"{SETTINGS}/approved/{'x' * 300}", {"value": 1})
    for body in VALUES:
        operator.put(APPROVED, body)
    operator.put(f"{ITEMS}/{NOWHERE}/settings/approved/x", {"value": 1})
    nobody.get(SETTINGS)
    viewer.get(SETTINGS)
    operator.get(f"{SETTINGS}/?limit=1&offset=1")
    for query in ("limit=0", "category=approved"):
        viewer.get(f"{SETTINGS}?{query}")
    viewer.get(f"{ITEMS}/{NOWHERE}/settings")
    viewer.delete(APPROVED)
    operator.delete(f"{APPROVED}/")
    operator.delete(APPROVED)
    operator.delete(f"{SETTINGS}/colour/x")
    viewer.delete(f"{SETTINGS}/favourite/viewer")


def _history(nobody: Speaker, viewer: Speaker) -> None:
    nobody.get(f"{SETTINGS}/history")
    viewer.get(f"{SETTINGS}/history/")
    viewer.get(f"{SETTINGS}/history?limit=1&offset=1")
    viewer.get(f"{SETTINGS}/history?limit=x")
    viewer.get(f"{ITEMS}/{NOWHERE}/settings/history")


def _notes(nobody: Speaker, viewer: Speaker, operator: Speaker, administrator: Speaker) -> None:
    nobody.post(NOTES, {"content": "Note"})
    viewer.post(NOTES, {"content": "Note"})
    administrator.post(f"{ITEMS}/{THREE}/notes", {"content": "Note"})
    operator.post(NOTES, {"content": " Mind the gap.\n"})
    operator.post(f"{NOTES}/", {"content": "Checked.", "note_type": "review"})
    for body in TEXTS:
        operator.post(NOTES, body)
    operator.post(f"{ITEMS}/{NOWHERE}/notes", {"content": "Note"})
    nobody.get(NOTES)
    viewer.get(NOTES)
    viewer.get(f"{NOTES}/?limit=1&offset=1")
    viewer.get(f"{NOTES}?offset=x")


def _aliases(viewer: Speaker, operator: Speaker) -> None:
    AssemblyAlias.objects.create(alias="uptime", canonical_guid=ONE, kind=AliasKind.GUID, registered_at=timezone.now())
    for rest in (
        "", "/payload", "/export", "/revisions", "/revisions/1", "/diff", "/settings", "/settings/history", "/notes"
    ):  # fmt: skip
        viewer.get(f"{ITEMS}/UpTime{rest}")
    operator.patch(f"{ITEMS}/uptime", {"summary": "By its name"})
    operator.patch(f"{ITEMS}/uptime", {"summary": "Late"}, If_Match='"1"')
    operator.post(f"{ITEMS}/uptime/clone", {"target_domain": "user"})
    operator.put(f"{ITEMS}/uptime/settings/approved/x", {"value": 1})
    operator.delete(f"{ITEMS}/uptime/settings/approved/x")
    operator.post(f"{ITEMS}/uptime/notes", {"content": "By its name"})
    operator.delete(f"{ITEMS}/queue/uptime")
    viewer.patch(f"{ITEMS}/uptime", {"summary": "Mine"})
    operator.get(f"{ITEMS}/uptimes")
