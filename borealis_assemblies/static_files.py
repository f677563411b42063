"""Static files, kept in memory once they were sent: a slow reader holds no file open, and waits for no disk."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest
from whitenoise.middleware import WhiteNoiseMiddleware

# A page needs about twenty. All there are have 16 MB together, the largest hundred of them 12 MB.
MAX_FILES_KEPT = 100
# For debugging the libraries that bring them: large, and requested by nobody else.
SOURCE_MAP = ".map"


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # it brings no types
    """WhiteNoise, from memory and without source maps."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        if not url.endswith(SOURCE_MAP):
            super().add_file_to_dictionary(url, path, stat_cache=stat_cache)

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> FileResponse:
        response: FileResponse = WhiteNoiseMiddleware.serve(static_file, request)
        if response.file_to_stream is not None:
            with response.file_to_stream as file:
                # A part of a file has no name.
                content = kept_content(file.name) if hasattr(file, "name") else file.read()
            # Not copied: readers share the bytes.
            response.streaming_content = BytesIO(content)
        return response


@lru_cache(maxsize=MAX_FILES_KEPT)
def kept_content(path: str) -> bytes:
    """Return a file's content, read once: WhiteNoise expects files to stay as they are while the server runs, too."""
    return Path(path).read_bytes()
