"""Whole numbers as browsers send them: revisions, sequences, pages."""

from django.http import HttpRequest, QueryDict

# What every database can hold.
MAX_DIGITS = 18


def number_of(text: str) -> int | None:
    """Return the number a text is; None for one that is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


def sent_number(sent: QueryDict, name: str) -> int | None:
    """Return a number of an address or a form; None where there is none that could be one."""
    return number_of(sent.get(name, ""))


def sent_revision(request: HttpRequest) -> int:
    """Return the revision somebody was shown, to be held against the newest; unsaid, one that is never the newest."""
    return sent_number(request.POST, "revision") or 0
