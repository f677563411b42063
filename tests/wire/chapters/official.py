"""The official catalogue: synchronise, the syncs that were, withdrawn assemblies, copies and their originals."""

from pathlib import Path
from typing import Any

from django.conf import settings

from tests.official.published_folder import guid, publish, publish_many
from tests.wire.chapters.items import ITEMS, NOWHERE, ONE, TWO
from tests.wire.conversation import Conversation, Speaker
from tests.wire.people import anonymous, signed_in

SYNC, SYNCS = f"{ITEMS}/official/sync", f"{ITEMS}/official/syncs"


def hold(conversation: Conversation) -> None:
    nobody, viewer = anonymous(conversation), signed_in(conversation, "viewer")
    operator, administrator = signed_in(conversation, "operator"), signed_in(conversation, "administrator")
    granted = signed_in(conversation, "granted")
    folder = Path(settings.OFFICIAL_SOURCE)
    granted.post(SYNC, {})
    publish_many(folder, 3)
    _refused(nobody, viewer, operator, administrator, granted)
    granted.post(SYNC, {"dry_run": True})
    granted.post(SYNC, {})
    granted.post(f"{SYNC}/", {"dry_run": False})
    _copies(nobody, viewer, operator, administrator, folder, granted)
    (folder / "broken.json").write_text("{")
    granted.post(SYNC, {"dry_run": True})
    (folder / "other.json").write_text("{")
    granted.post(SYNC, {})
    _syncs(nobody, viewer, granted)


def _refused(nobody: Speaker, viewer: Speaker, operator: Speaker, administrator: Speaker, granted: Speaker) -> None:
    for speaker in (nobody, viewer, operator, administrator):
        speaker.post(SYNC, {})
    bodies: list[Any] = [[], {"dry_run": "yes"}, {"dry_run": None}, {"source": "elsewhere"}]
    for body in bodies:
        granted.post(SYNC, body)


def _copies(
    nobody: Speaker, viewer: Speaker, operator: Speaker, administrator: Speaker, folder: Path, granted: Speaker
) -> None:
    first, second = f"{ITEMS}/{guid(1)}", f"{ITEMS}/{guid(2)}"
    operator.post(f"{first}/clone", {"target_domain": "user", "new_assembly_guid": ONE})
    operator.post(f"{second}/adopt", {})
    publish(folder, 1, script="echo changed\n")
    (folder / "scripts/linux/number-2.json").unlink()
    granted.post(SYNC, {})
    viewer.get(f"{ITEMS}/{ONE}")
    viewer.get(f"{ITEMS}/{ONE}/diff?against=origin")
    take, adopt = f"{ITEMS}/{ONE}/take-original", f"{second}/adopt"
    nobody.post(take, {})
    viewer.post(take, {})
    operator.post(take, {"sequence": 1})
    operator.post(take, [])
    operator.post(take, {}, If_Match='"1"')
    operator.post(take, {}, Idempotency_Key="take once")
    operator.post(f"{take}/", {}, Idempotency_Key="take once")
    administrator.post(f"{first}/take-original", {})
    operator.post(f"{ITEMS}/{NOWHERE}/take-original", {})
    nobody.post(adopt, {})
    viewer.post(adopt, {})
    bodies: list[Any] = [[], {"display_name": ""}, {"new_assembly_guid": "x"}, {"target_domain": "user"}]
    for body in bodies:
        operator.post(adopt, body)
    named = {"new_assembly_guid": TWO, "display_name": "Kept"}
    operator.post(f"{adopt}/", named, Idempotency_Key="adopt once")
    operator.post(adopt, named, Idempotency_Key="adopt once")
    operator.post(adopt, named)
    operator.post(adopt, {"new_assembly_guid": None, "display_name": None})
    operator.post(f"{first}/adopt", {})
    operator.post(f"{ITEMS}/{TWO}/take-original", {})
    operator.post(f"{ITEMS}/{NOWHERE}/adopt", {})


def _syncs(nobody: Speaker, viewer: Speaker, granted: Speaker) -> None:
    nobody.get(SYNCS)
    viewer.get(SYNCS)
    granted.get(f"{SYNCS}/?limit=2&offset=1")
    for query in ("limit=0", "outcome=done"):
        viewer.get(f"{SYNCS}?{query}")
