"""The demonstration's documents: read from `content/`, and published as an official catalogue that moves on."""

import shutil
from pathlib import Path

from django.conf import settings

from assemblies.bundles import FolderFiles, collect
from assemblies.documents import Document

CONTENT = Path(__file__).with_name("content")
WITHDRAWN = "log-in-summary"


def read_documents(folder: str) -> dict[str, Document]:
    """Return the documents of a folder of `content/` by the stems of their files."""
    collected = collect(
        FolderFiles(CONTENT / folder),
        max_document_bytes=settings.MAX_DOCUMENT_BYTES,
        max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
    )
    return {Path(found.path).stem: found.document for found in collected.found}


def publish_catalogue(place: Path) -> None:
    """Publish the official catalogue at `place`, where nothing is yet."""
    shutil.copytree(CONTENT / "official", place)


def publish_update(place: Path) -> None:
    """Publish the next edition: documents that changed, one that is new, and one that is withdrawn."""
    shutil.copytree(CONTENT / "official-update", place, dirs_exist_ok=True)
    for path in place.rglob(f"{WITHDRAWN}.*"):
        path.unlink()


def publish_what_comes_next(place: Path) -> None:
    """Publish an edition that nobody has synchronised yet."""
    shutil.copytree(CONTENT / "official-next", place, dirs_exist_ok=True)
