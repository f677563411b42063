"""Another signing key: learned from the one before it, however long a device was away; a revoked one counts no more."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from assemblies.agent.errors import WorkRefused
from assemblies.agent.pinned_keys import pinned_keys
from assemblies.agent.signed_work import verified_work
from assemblies.fleet.errors import SigningKeyChanged
from assemblies.fleet.rotation import OVERLAP, rotate_signing_key
from assemblies.fleet.signing import public_key, replace_key, signed_statements
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.agent.machines import Machine, item_of, printed, submitted
from tests.permits import may_administer


def rotate(*, is_revoked: bool = False) -> None:
    rotate_signing_key(is_revoked=is_revoked, permit=may_administer(), now=timezone.now())


def keys_of(machine: Machine, *, later: timedelta = timedelta()) -> list[str]:
    return pinned_keys(machine.state, now=time.time() + later.total_seconds())


@pytest.fixture(autouse=True)
def without_realtime(settings: Settings) -> None:
    settings.REALTIME_URL = ""


def beat(machine: Machine) -> None:
    """Let the agent live for one heartbeat. What it may claim it holds already."""
    machine.agent().turn()


def verify(machine: Machine, offered: Any) -> Any:
    allowed = ["user"]
    return verified_work(offered, guid=machine.guid, keys=keys_of(machine), allowed=allowed, now=time.time())


def test_a_device_that_was_away_over_rotations_learns_each_key_from_the_one_before(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    rotate()
    rotate()
    run = submitted(library, operator, "echo with the third key", machine.guid)
    assert machine.agent().run_once() == 1
    assert (item_of(run).status, printed(run)) == ("Completed", b"with the third key\n")
    assert len(signed_statements()) == 2
    assert keys_of(machine)[-1] == public_key()
    assert keys_of(machine, later=OVERLAP) == [public_key()]


def test_what_was_signed_before_counts_until_the_overlap_ends(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    submitted(library, operator, "echo", machine.guid)
    offered = machine.claim()["work_item"]
    rotate()
    beat(machine)
    assert verify(machine, offered).domain == "user"
    assert len(keys_of(machine)) == 2 and len(keys_of(machine, later=OVERLAP)) == 1


def test_what_a_revoked_key_signed_is_not_run(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    rotate()
    submitted(library, operator, "echo", machine.guid)
    offered = machine.claim()["work_item"]
    beat(machine)
    rotate(is_revoked=True)
    beat(machine)
    assert keys_of(machine) == [public_key()]
    with pytest.raises(WorkRefused) as refusal:
        verify(machine, offered)
    assert refusal.value.code == "signature_invalid"


def test_a_device_that_enrolled_since_runs_and_complains_once(
    machine: Machine, library: PayloadStore, operator: Actor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rotate()
    rotate()
    fresh = Machine.enrolled("web-2", tmp_path / "web-2")
    run = submitted(library, operator, "echo fresh", fresh.guid)
    agent = fresh.agent()
    assert agent.run_once() == 1 and printed(run) == b"fresh\n"
    agent.turn()
    assert len([line for line in caplog.messages if "offered and not taken" in line]) == 1
    assert keys_of(fresh) == [public_key()]


def test_it_is_audited_with_both_fingerprints_before_anything_changes(machine: Machine) -> None:
    before = public_key()
    done = rotate_signing_key(is_revoked=True, permit=may_administer(), now=timezone.now())
    assert public_key() != before
    entry = AuditEntry.objects.order_by("sequence").last()
    assert entry and (entry.subject_kind, entry.subject_id) == ("signing_key", done.previous)
    assert done.fingerprint in str(entry.detail)


def test_of_two_at_once_the_second_changes_nothing(machine: Machine) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    before = public_key()
    rotate()
    after = public_key()
    with pytest.raises(SigningKeyChanged):
        replace_key(Ed25519PrivateKey.generate(), expected=before, retire_after=timezone.now())
    assert public_key() == after and len(signed_statements()) == 1
