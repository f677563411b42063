"""A digest of what a request asks for, by which a key that comes again with another request is noticed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.files import File
from django.utils.datastructures import MultiValueDict

from assemblies.documents.canonical import canonical_json


def digest_of(*parts: Any) -> str:
    """Return the SHA-256 of what was sent: JSON, forms and files, however they were spelled on the way."""
    return hashlib.sha256(canonical_json([_plain(part) for part in parts])).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, File):
        return [value.name, _sha256(value)]
    if isinstance(value, MultiValueDict):
        return {name: [_plain(one) for one in values] for name, values in value.lists()}
    return {str(name): _plain(one) for name, one in value.items()} if isinstance(value, Mapping) else value


def _sha256(upload: "File[bytes]") -> str:
    # `chunks` reads from the beginning; the next reader does, too.
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
