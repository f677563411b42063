"""The payload store a URL names: `file:///absolute/path` or `s3://bucket/prefix`.

Credentials never stand in the URL: S3 finds them the way its own tools do (environment, profile, instance role).
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from urllib.request import url2pathname

from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import Storage

from .durable_storage import DurableFileSystemStorage
from .marker import nobody
from .store import JournaledPayloads, PayloadStore

# Above this a payload on its way from S3 is spooled to a temporary file instead of memory.
S3_MEMORY_BYTES = 4 * 1024 * 1024


def store_from_url(
    url: str,
    *,
    owner: Callable[[], str] = nobody,
    journaled: JournaledPayloads | None = None,
    on_missing: Callable[[str], object] = lambda _guid: None,
) -> PayloadStore:
    """Return the store, to which nothing is written unless it is marked as the owner's.

    `journaled` are on their way to it; `on_missing` is told the GUID of a payload that was to be read and is not there.

    Raises ImproperlyConfigured, naming what is wrong.
    """
    parts = urlsplit(url)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ImproperlyConfigured("A payload storage URL has no user, password, query or fragment.")
    if parts.scheme == "file":
        storage = _file_storage(parts)
    elif parts.scheme == "s3":
        storage = _s3_storage(parts)
    else:
        raise ImproperlyConfigured(
            f"Payload storage URLs start with file:// or s3://, not {parts.scheme or 'nothing'}."
        )
    return PayloadStore(storage, owner=owner, journaled=journaled, on_missing=on_missing)


def _file_storage(parts: SplitResult) -> Storage:
    path = url2pathname(parts.path)
    if parts.netloc not in ("", "localhost") or not Path(path).is_absolute():
        raise ImproperlyConfigured("A file:// payload storage URL names an absolute local path: file:///srv/payloads")
    return DurableFileSystemStorage(path, makes_location=False)


def _s3_storage(parts: SplitResult) -> Storage:
    if not parts.netloc:
        raise ImproperlyConfigured("An s3:// payload storage URL names a bucket: s3://bucket/prefix")
    try:
        s3 = import_module("storages.backends.s3")
    except (ImportError, ImproperlyConfigured) as error:  # The latter when boto3 alone is absent.
        raise ImproperlyConfigured("Payloads on S3 need the packages of requirements-scale.txt.") from error
    # file_overwrite saves a question per write (names are new GUIDs); gzip would store other bytes than were given.
    storage: Storage = s3.S3Storage(
        bucket_name=parts.netloc,
        location=parts.path.strip("/"),
        file_overwrite=True,
        gzip=False,
        max_memory_size=S3_MEMORY_BYTES,
    )
    return storage
