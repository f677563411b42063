"""`rotate_signing_key`: another key, vouched for by the one before; the file stays its owner's."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from assemblies.fleet.rotation import OVERLAP, fingerprint_of
from assemblies.fleet.signing import public_key, signed_statements
from devmode.models import AuditEntry
from tests.commands.calling import call
from tests.fleet.conftest import signing_key_file

__all__ = ["signing_key_file"]
pytestmark = pytest.mark.usefixtures("db_of_library")


@pytest.mark.parametrize(("arguments", "overlap"), [((), OVERLAP), (("--revoke",), timedelta())])
def test_it_says_both_keys_and_how_long_the_one_before_counts(
    signing_key_file: Path, arguments: tuple[str, ...], overlap: timedelta
) -> None:
    before = fingerprint_of(public_key())
    called = call("rotate_signing_key", *arguments, "--json")
    assert called.exit_code == 0
    assert called.answer["previous_fingerprint"] == before
    assert called.answer["fingerprint"] == fingerprint_of(public_key())
    ends = datetime.fromisoformat(called.answer["retire_after"])
    assert abs(ends - timezone.now() - overlap) < timedelta(minutes=1)
    assert len(signed_statements()) == 1
    assert signing_key_file.stat().st_mode & 0o777 == 0o600
    assert AuditEntry.objects.filter(event="device.rotate_signing_key").count() == 1


def test_a_file_that_is_no_key_stays_and_is_said(signing_key_file: Path) -> None:
    signing_key_file.parent.mkdir()
    signing_key_file.write_bytes(b"nothing")
    called = call("rotate_signing_key")
    assert called.exit_code != 0 and signing_key_file.read_bytes() == b"nothing"
    assert not AuditEntry.objects.filter(event="device.rotate_signing_key").exists()
