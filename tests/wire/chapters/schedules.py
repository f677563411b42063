"""Jobs: add, look, change, what they ran, run again."""

from datetime import UTC, datetime
from typing import Any

from assemblies.conf import payload_store
from assemblies.execution.states import EventType
from assemblies.schedules.scheduler import run_due
from tests.execution.orders import carry_out
from tests.wire.chapters.items import ITEMS, SCRIPT
from tests.wire.conversation import Conversation, Speaker
from tests.wire.people import anonymous, signed_in

JOBS = "/api/scheduled_jobs"
START = datetime(2030, 1, 31, 10, 5, tzinfo=UTC)
CRON = {"type": "cron", "start": "2030-01-01T00:00:00Z", "cron": "30 2 * * 1-5", "zone": "Europe/Berlin"}


def hold(conversation: Conversation) -> None:
    nobody, viewer = anonymous(conversation), signed_in(conversation, "viewer")
    administrator, granted = signed_in(conversation, "administrator"), signed_in(conversation, "granted")
    guid = granted.post(ITEMS, SCRIPT).json()["assembly_guid"]
    job: dict[str, Any] = {
        "name": "Nightly",
        "components": [{"assembly_guid": guid}],
        "targets": ["server"],
        "schedule": {"type": "monthly", "start": "2030-01-31T10:05:59Z"},
        "expiration": "2h",
    }
    for speaker in (nobody, viewer, administrator):
        speaker.post(JOBS, job)
    path = f"{JOBS}/{granted.post(JOBS, job).json()['job']['id']}"
    _refused(granted, job)
    _change(path, viewer, granted, job)
    _look(path, nobody, viewer, granted)
    for speaker in (nobody, viewer, granted):
        speaker.delete(f"{path}/runs")
        speaker.delete(path)
    granted.get(path)


def _refused(granted: Speaker, job: dict[str, Any]) -> None:
    changes: tuple[dict[str, Any], ...] = (
        {"name": ""}, {"components": []}, {"components": [{"path": "Scripts/None"}]}, {"targets": []},
        {"schedule": {"type": "hourly"}}, {"schedule": {"type": "cron", "cron": "* *"}}, {"expiration": "soon"},
        {"colour": "red"},
    )  # fmt: skip
    for change in changes:
        granted.post(JOBS, job | change)


def _change(path: str, viewer: Speaker, granted: Speaker, job: dict[str, Any]) -> None:
    viewer.put(path, job)
    granted.put(path, job | {"schedule": CRON})
    granted.put(path, job | {"revision": 1})
    granted.put(path, job)
    for speaker in (viewer, granted):
        speaker.post(f"{path}/toggle", {"enabled": False})
        speaker.post(f"{path}/toggle", {"enabled": True})


def _look(path: str, nobody: Speaker, viewer: Speaker, granted: Speaker) -> None:
    granted.post(f"{path}/rerun", {})
    run_due(now=START, store=payload_store())
    carry_out(b"no\n", event=EventType.FAILED)
    for speaker in (nobody, viewer, granted):
        for rest in ("", "/runs", "/runs?days=30", "/devices"):
            speaker.get(f"{path}{rest}")
        speaker.post(f"{path}/rerun", {"only": "failed"})
    viewer.get(JOBS)
    granted.get(f"{path}/runs?days=soon")
    granted.get(f"{path}/devices?occurrence=99")
