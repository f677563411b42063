"""How large a request says it is, asked before anything of it is read, Django's check of the CSRF token included."""

import sys
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from assemblies.bundles.archive import MAX_UNPACKED_BYTES
from assemblies.documents import SLACK_BYTES
from assemblies.errors import DocumentTooLarge

# JSON may write each byte of a script as six, and each of a document as text as two.
SPELLING = 7
# What a browser writes around each field of a form.
BYTES_AROUND_FIELD = 200
_MAX_LENGTH_DIGITS = 18
_MARK = "takes_uploads"
AnyView = TypeVar("AnyView")


def announced_bytes(request: HttpRequest | Request) -> int:
    """Return the announced size of a request's body, 0 where none is announced."""
    announced = str(request.META.get("CONTENT_LENGTH") or "0").lstrip("0")
    if not announced.isdecimal():
        return 0
    # What is longer than any length is as large as can be, and no number that takes long to read.
    return int(announced) if len(announced) <= _MAX_LENGTH_DIGITS else sys.maxsize


def max_form_bytes() -> int:
    """Return how large a form without files may be."""
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE + BYTES_AROUND_FIELD * settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


def max_item_bytes() -> int:
    """Return how large a JSON body may be that holds an assembly, whatever its script is made of."""
    return SPELLING * settings.MAX_DOCUMENT_BYTES + 3 * SLACK_BYTES


def max_upload_bytes() -> int:
    """Return how large a body with files for an import may be: an archive is not larger than what it unpacks to."""
    return max(MAX_UNPACKED_BYTES, settings.MAX_ATTACHMENT_BYTES) + SLACK_BYTES


def max_body_bytes() -> int:
    """Return how large a body of any kind may be; a server need not read a larger one."""
    return max(max_upload_bytes(), max_item_bytes(), max_form_bytes())


def check_upload_size(request: HttpRequest | Request) -> None:
    """Raise DocumentTooLarge when the announced body is larger than any upload may be."""
    if announced_bytes(request) > max_upload_bytes():
        raise DocumentTooLarge(limit_bytes=max_upload_bytes())


def taking_uploads(view: AnyView) -> AnyView:
    """Mark a page that checks the size of a form itself, before anything reads it."""
    setattr(view, _MARK, True)
    return view


def takes_uploads(view: Any) -> bool:
    """Say whether a page, or an action of the API, is marked so."""
    marked: bool = getattr(view, _MARK, False) or getattr(view, "initkwargs", {}).get(_MARK, False)
    return marked
