"""The payload store on S3, for which moto's server stands in: the same promises as on a disk."""

import hashlib
import http.client
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from assemblies.errors import (
    AttachmentTooLarge,
    PayloadCorrupt,
    PayloadMissing,
    PayloadStoreMissing,
    StorageUnavailable,
)
from assemblies.payloads import PayloadStore, marker, store_from_url
from tests.commands.deployment import Deployment, free_port
from tests.patience import HANG_SECONDS

pytest.importorskip("moto", reason="moto's server stands in for S3")
pytest.importorskip("storages", reason="django-storages speaks to S3")
pytestmark = pytest.mark.engine
BUCKET, OWNER = "payloads", "0b0e8cf2-1111-4222-8333-944445555666"
# A large part of what boto sends at once, and more than is kept in memory.
LARGE = b"0123456789abcdef" * (9 * 65536)


class S3:
    """A server of objects, and what its client has to know."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.environment = {
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait(self) -> None:
        ends_at = time.monotonic() + HANG_SECONDS
        while self.process.poll() is None and time.monotonic() < ends_at:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
            except OSError:
                time.sleep(0.1)
            else:
                return
            finally:
                connection.close()
        raise AssertionError("moto's server does not answer")

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    server = S3(free_port())
    try:
        server.wait()
        yield server
    finally:
        server.end()


@pytest.fixture
def bucket(server: S3, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bucket that is empty."""
    import boto3

    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    bucket = boto3.resource("s3").Bucket(BUCKET)
    bucket.create()
    bucket.objects.all().delete()
    return bucket


@pytest.fixture
def store(bucket: Any) -> PayloadStore:
    store = store_from_url(f"s3://{BUCKET}/some/prefix", owner=lambda: OWNER)
    store.marker.write(OWNER)
    return store


@pytest.mark.parametrize("content", [b"", b"echo\r\n\x00", LARGE], ids=["empty", "small", "large"])
def test_what_was_put_is_read_verified_listed_and_removed(store: PayloadStore, bucket: Any, content: bytes) -> None:
    reference = store.put([content[:100], content[100:]])
    assert (reference.sha256, reference.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert store.read(reference) == b"".join(store.stream(reference)) == content
    assert list(store.guids()) == [reference.guid]
    assert bucket.Object(f"some/prefix/{reference.guid}/payload").get()["Body"].read() == content
    store.verify(reference)

    store.delete(reference.guid)
    store.delete(reference.guid)
    with pytest.raises(PayloadMissing):
        store.read(reference)


def test_other_bytes_are_never_served(store: PayloadStore, bucket: Any) -> None:
    reference = store.put(b"echo one")
    for changed in (b"echo two", b"echo", b"echo one more"):
        bucket.Object(f"some/prefix/{reference.guid}/payload").put(Body=changed)
        for read in (store.read, store.stream, store.verify):
            with pytest.raises(PayloadCorrupt):
                read(reference)


def test_what_is_cut_off_leaves_nothing(store: PayloadStore, bucket: Any) -> None:
    def breaks_off() -> Iterator[bytes]:
        yield LARGE
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.put(breaks_off())
    with pytest.raises(AttachmentTooLarge):
        store.put([LARGE], max_bytes=1000)
    assert [item.key for item in bucket.objects.all()] == ["some/prefix/library"]


def test_the_sweep_removes_what_nothing_names(store: PayloadStore) -> None:
    named, orphan = store.put(b"named"), store.put(b"orphan")
    now = timezone.now()
    assert store.sweep({named.guid}.intersection, older_than=now - timedelta(hours=1)) == []
    assert store.sweep({named.guid}.intersection, older_than=now + timedelta(hours=1)) == [orphan.guid]
    assert list(store.guids()) == [named.guid]


@pytest.mark.parametrize("spoil", [lambda mark: mark.delete(), lambda mark: mark.put(Body=b"another\n")])
def test_without_its_own_marker_nothing_is_written(
    store: PayloadStore, bucket: Any, spoil: Callable[[Any], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marker, "FAR_CHECK_SECONDS", 0)
    spoil(bucket.Object("some/prefix/library"))
    with pytest.raises(PayloadStoreMissing):
        store.put(b"lost from sight")


def test_a_store_that_is_gone_is_said_and_comes_back(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{free_port()}")
    gone = store_from_url(f"s3://{BUCKET}/some/prefix")
    with pytest.raises(StorageUnavailable):
        gone.put(b"nowhere")
    with pytest.raises(StorageUnavailable):
        list(gone.guids())
    with pytest.raises(StorageUnavailable):
        gone.marker.owners()


def test_a_library_is_served_with_its_payloads_there(server: S3, bucket: Any, tmp_path: Path) -> None:
    settings = {"BOREALIS_PAYLOAD_STORAGE_URL": f"s3://{BUCKET}/library"} | server.environment
    deployment = Deployment(tmp_path / "var", **settings)
    deployment.answer("prepare")
    token = deployment.answer("create_token", "admin")
    with deployment.serve() as served:
        served.wait_until_it_answers()
        body = {"display_name": "Far", "assembly_type": "bash", "payload": "echo far\n"}
        with served.client(token) as client:
            _status, item = client.ask("POST", "/api/assemblies", body)
            shown = client.ask("GET", f"/api/assemblies/{item['assembly_guid']}")[1]
            assert client.ask("GET", "/health/ready")[0] == 200
        assert served.end()[0] == 0
    stored = [entry.get()["Body"].read() for entry in bucket.objects.filter(Prefix="library/")]
    assert (shown["payload"], b"echo far\n" in stored) == ("echo far\n", True)
    deployment.answer("verify_library")
    bucket.objects.filter(Prefix="library/").delete()
    assert deployment.run("verify_library").returncode == 2
