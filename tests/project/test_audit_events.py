"""docs/audit.md lists every event of the audit with its meaning, and none that there is not."""

from pathlib import Path

from assemblies.audit_events import LibraryEvent
from devmode.audit.events import AccessEvent, AuditEvent
from devmode.models import AuditEntry
from tests.releases.earlier import rows_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "audit.md"


def events() -> list[AuditEvent]:
    """Return the events of every room, as the rooms define them."""
    return [event for kind in AuditEvent.__subclasses__() for event in kind]


def test_the_page_lists_each_event_with_its_meaning() -> None:
    expected = {f"| `{event}` | {event.meaning} |" for event in events()}
    listed = PAGE.read_text().partition("## Events")[2]
    assert sorted(line for line in listed.splitlines() if line.startswith("| `")) == sorted(expected)


def test_no_two_rooms_have_an_event_of_the_same_name() -> None:
    assert len(set(events())) == len(events()) >= len(AccessEvent) + len(LibraryEvent)
    longest = AuditEntry._meta.get_field("event").max_length
    assert longest and all(len(event) <= longest for event in events())


def test_every_event_that_an_earlier_release_recorded_is_still_one() -> None:
    recorded = {row["event"] for row in rows_of("engine", "SELECT event FROM devmode_auditentry")}
    assert recorded <= set(events())
