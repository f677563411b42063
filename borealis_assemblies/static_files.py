"""Static files at addresses that change with what they say, compressed, and kept in memory once they were sent.

A page names each file below a folder that is the hash of all of them (`HashedStorage`), so that what scripts import and
sheets name by relative addresses is below it, too. A browser keeps such a file for a year without asking again; another
release has another folder. Addresses without the folder answer as before, for a minute. The files are listed when the
first one is requested: there are hundreds, and the API needs none.
"""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseMiddleware

# A page needs about twenty. All there are have 16 MB together, the largest hundred of them 12 MB.
MAX_FILES_KEPT = 100
# For debugging the libraries that bring them: large, and requested by nobody else.
SOURCE_MAP = ".map"
YEAR_SECONDS = 365 * 24 * 3600
COMPRESSED = ("text/", "application/javascript", "image/svg+xml", "application/json")
MIN_COMPRESSED_BYTES = 512


@lru_cache(maxsize=1)
def static_version() -> str:
    """Return the hash of the names and contents of all static files: another one for every other release."""
    digest = hashlib.sha256()
    for name, path in sorted(_found()):
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return f"v-{digest.hexdigest()[:16]}"


def _found() -> Iterator[tuple[str, Path]]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            if not name.endswith(SOURCE_MAP):
                yield name, Path(storage.path(name))


class HashedStorage(StaticFilesStorage):
    """Names files below the hash of them all."""

    def url(self, name: str | None) -> str:
        return f"{settings.STATIC_URL}{static_version()}{super().url(name).removeprefix(settings.STATIC_URL[:-1])}"


class StaticFiles:
    """Answers what is below the address of static files, and leaves the rest to the application."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return (self._listed if request.path_info.startswith(_root()) else self.get_response)(request)

    @cached_property
    def _listed(self) -> "ListedFiles":
        return ListedFiles(self.get_response)


def _root() -> str:
    return f"/{settings.STATIC_URL.removeprefix(settings.URL_PREFIX).strip('/')}/"


class ListedFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # it brings no types
    """WhiteNoise, from memory, compressed, without source maps."""

    def __call__(self, request: HttpRequest) -> Any:
        folder = f"{_root()}{static_version()}/"
        if not request.path_info.startswith(folder):
            return super().__call__(request)
        request.path_info = _root() + request.path_info.removeprefix(folder)
        response = super().__call__(request)
        if response.status_code in (200, 304):
            response["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        return response

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        if not url.endswith(SOURCE_MAP):
            super().add_file_to_dictionary(url, path, stat_cache=stat_cache)

    def immutable_file_test(self, path: str, url: str) -> bool:
        """No name contains a hash: files below the folder of them all are immutable, and those alone."""
        return False

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> FileResponse:
        response: FileResponse = WhiteNoiseMiddleware.serve(static_file, request)
        if response.file_to_stream is not None:
            with response.file_to_stream as file:
                # A part of a file has no name.
                path = file.name if hasattr(file, "name") else None
                content = file.read() if path is None else kept_content(path)
            if path is not None and _is_compressed(response, request, content):
                content = compressed_content(path)
                response["Content-Encoding"] = "gzip"
                response["Content-Length"] = str(len(content))
            # Not copied: readers share the bytes.
            response.streaming_content = BytesIO(content)
        return response


def _is_compressed(response: FileResponse, request: HttpRequest, content: bytes) -> bool:
    if response.status_code != 200 or not response.get("Content-Type", "").startswith(COMPRESSED):
        return False
    patch_vary_headers(response, ["Accept-Encoding"])
    return len(content) >= MIN_COMPRESSED_BYTES and "gzip" in request.headers.get("Accept-Encoding", "")


@lru_cache(maxsize=MAX_FILES_KEPT)
def kept_content(path: str) -> bytes:
    """Return a file's content, read once: WhiteNoise expects files to stay as they are while the server runs, too."""
    return Path(path).read_bytes()


@lru_cache(maxsize=MAX_FILES_KEPT)
def compressed_content(path: str) -> bytes:
    """Return a file's content as gzip: made when it is first wanted, equal each time."""
    return gzip.compress(kept_content(path), mtime=0)
