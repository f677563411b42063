"""Runs: submit, look, cancel, run again; work items, events and manifests."""

from typing import Any

from tests.execution.orders import carry_out
from tests.wire.chapters.items import ITEMS, SCRIPT
from tests.wire.conversation import Conversation, Speaker
from tests.wire.people import anonymous, signed_in

RUNS, WORK_ITEMS, EVENTS, MANIFESTS = "/api/runs", "/api/work-items", "/api/events", "/api/manifests"
WORD = {"name": "word", "type": "string", "default": "hello"}
DRAFT = {"assembly_type": "bash", "payload": "echo $WORD\n", "variables": [WORD]}


def hold(conversation: Conversation) -> None:
    nobody, viewer = anonymous(conversation), signed_in(conversation, "viewer")
    administrator, granted = signed_in(conversation, "administrator"), signed_in(conversation, "granted")
    guid = granted.post(ITEMS, SCRIPT | {"variables": [WORD]}).json()["assembly_guid"]
    _submit(guid, nobody, viewer, administrator, granted)
    conversation.pause(minutes=1)
    _look(nobody, viewer, granted)
    _change(viewer, granted)
    _keep(viewer, granted)
    _give_up(viewer, granted)


def _submit(guid: str, nobody: Speaker, viewer: Speaker, administrator: Speaker, granted: Speaker) -> None:
    for speaker in (nobody, viewer, administrator):
        speaker.post(RUNS, {"assembly_guid": guid})
    granted.post(RUNS, {"assembly_guid": guid, "variables": {"word": "hi"}, "reason": "to record"})
    granted.post(RUNS, {"draft": DRAFT})
    bodies: tuple[Any, ...] = (
        [], {}, {"assembly_guid": guid, "draft": DRAFT}, {"assembly_guid": "x"}, {"assembly_guid": guid, "colour": 1},
        {"assembly_guid": guid, "variables": {"other": 1}}, {"assembly_guid": guid, "targets": ["moon"]},
        {"assembly_guid": guid, "revision": 99}, {"assembly_guid": guid, "timeout_seconds": 0},
        {"draft": {"assembly_type": "workflow", "payload": "{}"}},
    )  # fmt: skip
    for body in bodies:
        granted.post(RUNS, body)


def _look(nobody: Speaker, viewer: Speaker, granted: Speaker) -> None:
    carry_out(b"hi\n", b"\xff")
    run = granted.get(f"{RUNS}?status=Completed").json()["results"][0]["run_id"]
    for speaker in (nobody, viewer, granted):
        speaker.get(f"{RUNS}?limit=1")
        for rest in ("", "/events", "/timeline", "/output", "/output?since=0"):
            speaker.get(f"{RUNS}/{run}{rest}")
    viewer.get(f"{RUNS}/{run}/manifest")
    for query in ("?status=Broken", "?since=yesterday", "?ordering=name", "?colour=red"):
        viewer.get(f"{RUNS}{query}")
    viewer.get(f"{RUNS}/nothing")


def _change(viewer: Speaker, granted: Speaker) -> None:
    run = granted.get(f"{RUNS}?status=Queued").json()["results"][0]
    item = run["items"][0]["work_item_hash"]
    for speaker in (viewer, granted):
        speaker.get(f"{WORK_ITEMS}?ordering=queue")
        speaker.get(f"{WORK_ITEMS}/summary")
        speaker.get(f"{WORK_ITEMS}/{item}")
        speaker.post(f"{WORK_ITEMS}/{item}/reorder", {"direction": "first"})
    granted.post(f"{WORK_ITEMS}/{item}/reorder", {"direction": "sideways"})
    viewer.post(f"{RUNS}/{run['run_id']}/cancel", {})
    granted.post(f"{RUNS}/{run['run_id']}/cancel", {"reason": "to record"})
    viewer.post(f"{RUNS}/{run['run_id']}/rerun", {})
    granted.post(f"{RUNS}/{run['run_id']}/rerun", {"only": "failed"})
    again = granted.post(f"{RUNS}/{run['run_id']}/rerun", {"variables": {"word": "again"}}).json()
    item = again["items"][0]["work_item_hash"]
    viewer.post(f"{WORK_ITEMS}/{item}/cancel", {})
    granted.post(f"{WORK_ITEMS}/{item}/cancel", {"reason": "to record"})
    granted.post(f"{WORK_ITEMS}/{item}/reorder", {"direction": "first"})
    granted.get(f"{WORK_ITEMS}/nothing")


def _keep(viewer: Speaker, granted: Speaker) -> None:
    for speaker in (viewer, granted):
        speaker.get(f"{EVENTS}?limit=3")
        speaker.get(f"{MANIFESTS}?limit=2")
    one = granted.get(f"{MANIFESTS}?limit=1").json()["results"][0]["hash"]
    viewer.post(f"{MANIFESTS}/batch", {"hashes": [one, "nothing"]})


def _give_up(viewer: Speaker, granted: Speaker) -> None:
    """What is refused, and that nothing is stale. A manifest that is answered names this machine's programs."""
    for speaker in (viewer, granted):
        speaker.post(f"{MANIFESTS}/nothing/abandon", {"reason": "its machine is gone"})
        speaker.post(f"{MANIFESTS}/abandon-stale", {"hours": 2})
    granted.post(f"{MANIFESTS}/abandon-stale", {"hours": 0})
