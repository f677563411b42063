"""History and the write queue: revisions, differences, reverts, pending writes."""

from typing import Any

from assemblies.domains import Domain
from assemblies.journal.flush import flush
from tests.wire.chapters.items import FULL, ITEMS, NOWHERE, ONE, SCRIPT, THREE, TWO
from tests.wire.conversation import Conversation, Speaker
from tests.wire.people import anonymous, signed_in

QUEUE = f"{ITEMS}/queue"
REVISIONS, DIFF, REVERT = (f"{ITEMS}/{ONE}/{word}" for word in ("revisions", "diff", "revert"))


def hold(conversation: Conversation) -> None:
    nobody, viewer = anonymous(conversation), signed_in(conversation, "viewer")
    operator, administrator = signed_in(conversation, "operator"), signed_in(conversation, "administrator")
    granted = signed_in(conversation, "granted")
    operator.post(ITEMS, SCRIPT | {"assembly_guid": ONE})
    granted.post(ITEMS, SCRIPT | {"assembly_guid": THREE, "domain": "community"})
    operator.patch(f"{ITEMS}/{ONE}", {"payload": "uptime -p\n", "tags": ["x"], "summary": "Pretty"})
    operator.send_bytes("PUT", f"{ITEMS}/{ONE}/files/a.txt", b"hello", "text/plain")
    flush([Domain.USER])
    _revisions(nobody, viewer, administrator)
    _diff(nobody, viewer, operator)
    _revert(nobody, viewer, operator, administrator, granted)
    _queue(nobody, viewer, operator, administrator, granted)


def _revisions(nobody: Speaker, viewer: Speaker, administrator: Speaker) -> None:
    nobody.get(REVISIONS)
    viewer.get(REVISIONS)
    viewer.get(f"{REVISIONS}/?limit=1&offset=1")
    for query in ("limit=0", "offset=x", "colour=red"):
        viewer.get(f"{REVISIONS}?{query}")
    viewer.get(f"{REVISIONS}/3")
    administrator.get(f"{REVISIONS}/1/")
    for number in ("2", "99", f"{'9' * 40}", "x", "-1"):
        viewer.get(f"{REVISIONS}/{number}")
    viewer.get(f"{ITEMS}/{NOWHERE}/revisions")
    viewer.get(f"{ITEMS}/no-guid/revisions/1")


def _diff(nobody: Speaker, viewer: Speaker, operator: Speaker) -> None:
    nobody.get(DIFF)
    for query in ("", "?from=1&to=4", "?from=1", "?to=3", "?from=4&to=1", "?to=1"):
        viewer.get(f"{DIFF}{query}")
    for query in (
        "from=0",
        "to=x",
        "from=2",
        "to=99",
        "colour=red",
        "against=nothing",
        "against=origin",
        "against=origin&to=1",
    ):
        viewer.get(f"{DIFF}?{query}")
    viewer.get(f"{ITEMS}/{NOWHERE}/diff")
    copy = operator.post(f"{ITEMS}/{THREE}/clone", {"target_domain": "user", "new_assembly_guid": TWO})
    viewer.get(f"{ITEMS}/{copy.json()['assembly_guid']}/diff/?against=origin")


def _revert(nobody: Speaker, viewer: Speaker, operator: Speaker, administrator: Speaker, granted: Speaker) -> None:
    nobody.post(REVERT, {"sequence": 1})
    viewer.post(REVERT, {"sequence": 1})
    administrator.post(f"{ITEMS}/{THREE}/revert", {"sequence": 2})
    granted.post(f"{ITEMS}/{THREE}/revert", {"sequence": 2})
    operator.post(REVERT, {"sequence": 1}, If_Match='"1"')
    item = operator.post(REVERT, {"sequence": 1})
    operator.post(f"{REVERT}/", {"sequence": 1}, If_Match=item["ETag"])
    numbers: list[Any] = ["1", 0, True, 99, 2**60]
    bodies: list[Any] = [[], {}, {"to": 1}, *({"sequence": number} for number in numbers)]
    for body in bodies:
        operator.post(REVERT, body)
    operator.delete(f"{ITEMS}/{ONE}")
    viewer.get(REVISIONS)
    operator.post(REVERT, {"sequence": 3}, If_Match='"1"')
    operator.post(f"{ITEMS}/{NOWHERE}/revert", {"sequence": 1})


def _queue(nobody: Speaker, viewer: Speaker, operator: Speaker, administrator: Speaker, granted: Speaker) -> None:
    nobody.get(QUEUE)
    viewer.get(QUEUE)
    viewer.get(f"{QUEUE}/?limit=1&offset=1")
    for query in ("limit=0", "offset=-1", "domain=user"):
        viewer.get(f"{QUEUE}?{query}")
    nobody.delete(f"{QUEUE}/{ONE}")
    viewer.delete(f"{QUEUE}/{ONE}")
    administrator.delete(f"{QUEUE}/{THREE}")
    operator.delete(f"{QUEUE}/{ONE}", If_Match='"1"')
    operator.delete(f"{QUEUE}/{ONE}")
    flush([Domain.USER])
    operator.delete(f"{QUEUE}/{ONE}")
    granted.delete(f"{QUEUE}/{THREE}/")
    operator.post(ITEMS, FULL | {"assembly_guid": NOWHERE})
    operator.delete(f"{ITEMS}/{NOWHERE}")
    operator.delete(f"{QUEUE}/{NOWHERE}")
    operator.delete(f"{QUEUE}/{'e' * 32}")
    operator.delete(f"{QUEUE}/no-guid")
    viewer.get(QUEUE)
