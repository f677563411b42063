"""The one place where the official source is built from what a setting or a command line names."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings

from assemblies.domains import Domain
from assemblies.official.database_source import DatabaseSource, find_database
from assemblies.official.directory_source import CATALOGUE_FOLDER, DirectorySource
from assemblies.official.domain_file import SUFFIX, DomainFile
from assemblies.official.git import GitSource, find_git_address, read_ref
from assemblies.official.signing_keys import SigningKey, read_signing_keys
from assemblies.official.source import OfficialSource

MIRRORS_FOLDER = "official-git"


def open_source(place: str = "", ref: str = "") -> OfficialSource:
    """Return the source at `place`, or the configured one. Nothing is read yet; never pass what a request says.

    Raises SourceUnreadable for an address, a ref or a signing key that is not allowed.
    """
    place = place or settings.OFFICIAL_SOURCE
    address = find_git_address(place)
    keys = read_signing_keys(settings.OFFICIAL_SIGNING_KEYS)
    if address is None and (database := find_database(place)):
        return DatabaseSource(place=place, file=open_domain_file(database, keys=keys))
    if address is None:
        return DirectorySource(
            place=place,
            max_document_bytes=settings.MAX_DOCUMENT_BYTES,
            max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
            keys=keys,
        )
    return GitSource(
        place=place,
        address=address,
        ref=read_ref(ref or settings.OFFICIAL_REF),
        mirrors=Path(settings.RUNTIME_ROOT) / MIRRORS_FOLDER,
        max_document_bytes=settings.MAX_DOCUMENT_BYTES,
        max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
        keys=keys,
        max_age=timedelta(days=settings.OFFICIAL_MAX_AGE_DAYS) if settings.OFFICIAL_MAX_AGE_DAYS else None,
    )


def open_staged_files() -> dict[Domain, DomainFile]:
    """Return the domain databases that a deploy may ship below the staging root; none is opened yet.

    Raises SourceUnreadable for a signing key that is not allowed: the official one is held to the same keys as a sync.
    """
    folder = Path(settings.STAGING_ROOT) / CATALOGUE_FOLDER
    keys = {Domain.OFFICIAL: read_signing_keys(settings.OFFICIAL_SIGNING_KEYS)}
    return {
        domain: open_domain_file(folder / f"{domain.alias}{SUFFIX}", keys=keys.get(domain, ())) for domain in Domain
    }


def open_domain_file(path: Path, *, keys: tuple[SigningKey, ...]) -> DomainFile:
    return DomainFile(
        path=path,
        max_document_bytes=settings.MAX_DOCUMENT_BYTES,
        max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
        keys=keys,
    )
