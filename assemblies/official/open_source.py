"""The one place where the official source is built from what a setting or a command line names."""

from django.conf import settings

from assemblies.official.directory_source import DirectorySource


def open_source(place: str = "") -> DirectorySource:
    """Return the source at `place`, or the configured one. Nothing is read yet; never pass what a request says."""
    return DirectorySource(
        place=place or settings.OFFICIAL_SOURCE,
        max_document_bytes=settings.MAX_DOCUMENT_BYTES,
        max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
    )
