"""GET /api/agent/download: the agent's one file, its hash and its signature, for anybody."""

import base64
import hashlib
import io
import zipfile

import pytest
from django.test import Client
from pytest_django import Settings

from assemblies.agent.keys import is_signed
from assemblies.fleet.rotation import rotate_signing_key
from assemblies.fleet.signing import public_key
from tests.fleet.conftest import signing_key_file
from tests.permits import may_administer

__all__ = ["signing_key_file"]
pytestmark = pytest.mark.usefixtures("db_of_library", "signing_key_file")
DOWNLOAD = "/api/agent/download"


def test_anybody_gets_the_file_with_its_hash_and_a_signature_of_its_bytes() -> None:
    client = Client()
    file, line, signature = (client.get(f"{DOWNLOAD}{end}") for end in ("", ".sha256", ".sig"))
    sha256 = hashlib.sha256(file.content).hexdigest()
    assert line.content.decode() == f"{sha256}  borealis-agent.pyz\n"
    assert is_signed(file.content, base64.b64decode(signature.content), [public_key()])
    assert "assemblies/agent/commands.py" in zipfile.ZipFile(io.BytesIO(file.content)).namelist()
    assert file["Content-Disposition"] == 'attachment; filename="borealis-agent.pyz"'


@pytest.mark.parametrize("end", ["", ".sha256", ".sig"])
def test_what_one_has_is_not_sent_again(end: str) -> None:
    client = Client()
    tag = client.get(f"{DOWNLOAD}{end}")["ETag"]
    answer = client.get(f"{DOWNLOAD}{end}", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_a_new_key_signs_the_same_file() -> None:
    from django.utils import timezone

    client = Client()
    before = client.get(f"{DOWNLOAD}.sig").content
    file = client.get(DOWNLOAD).content
    rotate_signing_key(is_revoked=False, permit=may_administer(), now=timezone.now())
    assert client.get(DOWNLOAD).content == file
    after = client.get(f"{DOWNLOAD}.sig").content
    assert after != before and is_signed(file, base64.b64decode(after), [public_key()])


def test_without_a_key_nothing_is_offered(settings: Settings) -> None:
    settings.SIGNING_KEY_FILE.parent.mkdir()
    settings.SIGNING_KEY_FILE.write_bytes(b"nothing")
    answer = Client().get(DOWNLOAD)
    assert (answer.status_code, answer.json()["code"]) == (503, "signing_key_unreadable")
