"""A URL names the payload store, or says what is wrong with it."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InMemoryStorage

from assemblies.payloads import DurableFileSystemStorage, store_from_url


@pytest.mark.parametrize("directory", ["Payloads", "with space", "hash#and?mark", "ümlaut"])
def test_a_file_url_names_a_durable_local_store(tmp_path: Path, directory: str) -> None:
    (tmp_path / directory).mkdir()
    store = store_from_url((tmp_path / directory).as_uri())
    store.minimum_free_fraction = 0

    reference = store.put(b"content")

    assert isinstance(store.storage, DurableFileSystemStorage)
    assert (tmp_path / directory / reference.guid / "payload").read_bytes() == b"content"


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("file://relative/path", "absolute local path"),
        ("file:", "absolute local path"),
        ("file:///srv/payloads?mode=fast", "no user"),
        ("file:///srv/payloads#here", "no user"),
        ("s3://key:secret@bucket/prefix", "no user"),
        ("s3:///prefix", "names a bucket"),
        ("/srv/payloads", "not nothing"),
        ("", "not nothing"),
        ("ftp://host/payloads", "not ftp"),
    ],
)
def test_any_other_url_is_refused_in_words(url: str, complaint: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=complaint):
        store_from_url(url)


def test_s3_without_its_packages_names_the_file_that_lists_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "storages.backends.s3", None)

    with pytest.raises(ImproperlyConfigured, match=r"requirements-scale\.txt"):
        store_from_url("s3://bucket/prefix")


@pytest.mark.parametrize(
    ("url", "prefix"), [("s3://bucket/some/prefix/", "some/prefix"), ("s3://bucket", ""), ("s3://bucket/", "")]
)
def test_an_s3_url_names_bucket_and_prefix(monkeypatch: pytest.MonkeyPatch, url: str, prefix: str) -> None:
    class S3Storage(InMemoryStorage):
        def __init__(self, **options: Any) -> None:
            super().__init__(location="/bucket")
            self.options = options

    backend = ModuleType("storages.backends.s3")
    backend.S3Storage = S3Storage  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "storages.backends.s3", backend)
    store = store_from_url(url)

    assert isinstance(store.storage, S3Storage)
    assert store.storage.options["bucket_name"] == "bucket"
    assert store.storage.options["location"] == prefix
    assert store.storage.options["gzip"] is False
    assert store.read(store.put(b"content")) == b"content"
