"""Persistence targets: add, assign, look, clear; who may not, and what is refused.

Nothing is copied: PostgreSQL copies what is committed, and a conversation is not.
"""

from tests.execution.orders import carry_out
from tests.wire.chapters.items import ITEMS, SCRIPT
from tests.wire.conversation import Conversation, Speaker
from tests.wire.people import anonymous, signed_in

PERSISTENCE = "/api/persistence"
TARGETS = f"{PERSISTENCE}/targets"
SERVER = {"name": "warehouse", "engine": "mssql", "host": "127.0.0.1", "user": "borealis"}


def hold(conversation: Conversation) -> None:
    nobody, viewer = anonymous(conversation), signed_in(conversation, "viewer")
    administrator, granted = signed_in(conversation, "administrator"), signed_in(conversation, "granted")
    for speaker in (nobody, viewer, administrator):
        speaker.get(f"{PERSISTENCE}/status")
        speaker.get(TARGETS)
        speaker.post(TARGETS, {"name": "archive", "engine": "sqlite"})
        speaker.post(f"{PERSISTENCE}/assign", {"connection_id": None})
    viewer.post(f"{PERSISTENCE}/flush", {})
    administrator.post(f"{PERSISTENCE}/flush", {})
    _add(granted)
    _copy(granted)


def _add(granted: Speaker) -> None:
    target = granted.post(TARGETS, {"name": "archive", "engine": "sqlite"}).json()["id"]
    secret = {"secret_ref": "BOREALIS_TARGET_SECRET_A", "options": {"sslmode": "require"}}
    other = granted.post(TARGETS, SERVER | secret)
    for body in (
        {"name": "archive", "engine": "sqlite"},
        {"name": "x", "engine": "oracle"},
        SERVER | {"host": "169.254.169.254"},
        SERVER | {"name": "x", "secret_ref": "PATH"},
        SERVER | {"name": "x", "options": {"passfile": "x"}},
    ):
        granted.post(TARGETS, body)
    granted.post(f"{TARGETS}/{target}/connections", {"name": "Evidence", "database": "evidence"})
    granted.post(f"{TARGETS}/{target}/connections", {"database": "evidence"})
    granted.post(f"{TARGETS}/{target}/connections", {"database": "../engine"})
    granted.post(f"{TARGETS}/99999/connections", {"database": "evidence"})
    granted.get(f"{TARGETS}/{target}/connections")
    far = granted.post(f"{TARGETS}/{other.json()['id']}/connections", {"database": "evidence"}).json()["id"]
    granted.post(f"{PERSISTENCE}/assign", {"connection_id": far})
    granted.post(f"{PERSISTENCE}/ensure-schema", {"connection_id": far})


def _copy(granted: Speaker) -> None:
    [archive] = [one for one in granted.get(TARGETS).json()["targets"] if one["name"] == "archive"]
    connection = archive["connections"][0]["id"]
    granted.post(f"{PERSISTENCE}/assign", {"connection_id": 99999})
    granted.post(f"{PERSISTENCE}/assign", {"connection_id": connection})
    granted.post(f"{PERSISTENCE}/ensure-schema", {"connection_id": connection, "dry_run": True})
    granted.post(f"{PERSISTENCE}/ensure-schema", {"connection_id": connection})
    guid = granted.post(ITEMS, SCRIPT).json()["assembly_guid"]
    granted.post("/api/runs", {"assembly_guid": guid})
    carry_out(b"hi\n")
    granted.get(f"{PERSISTENCE}/status")
    granted.post(f"{PERSISTENCE}/assign", {"connection_id": None})
    granted.get(f"{PERSISTENCE}/status")
