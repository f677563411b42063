"""How large a request says it is, asked before anything of it is read, Django's check of the CSRF token included."""

import sys
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from assemblies.errors import DocumentTooLarge

# What a body says around its documents and files.
SLACK_BYTES = 64 * 1024
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


def max_body_bytes() -> int:
    """Return how large a body of any kind may be; a server need not read a larger one."""
    return max(settings.MAX_ATTACHMENT_BYTES + SLACK_BYTES, max_form_bytes())


def check_upload_size(request: HttpRequest | Request) -> None:
    """Raise DocumentTooLarge when the announced body is larger than any upload may be."""
    max_bytes = settings.MAX_ATTACHMENT_BYTES + SLACK_BYTES
    if announced_bytes(request) > max_bytes:
        raise DocumentTooLarge(limit_bytes=max_bytes)


def taking_uploads(view: AnyView) -> AnyView:
    """Mark a page that checks the size of a form itself, before anything reads it."""
    setattr(view, _MARK, True)
    return view


def takes_uploads(view: Any) -> bool:
    """Say whether a page, or an action of the API, is marked so."""
    marked: bool = getattr(view, _MARK, False) or getattr(view, "initkwargs", {}).get(_MARK, False)
    return marked
