"""A unified diff as lines with a kind each; lines are cut, and characters that hide or turn text are made visible."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

MAX_LINE_LENGTH = 400
KINDS = {"+": "added", "-": "removed", "@": "place", " ": "same"}
# Direction marks would make a line read otherwise than it runs; the rest would not be seen at all.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True)
class DiffLine:
    """One line: what it is, and its text with the sign in front."""

    kind: str
    text: str


def diff_lines(diff: str) -> list[DiffLine]:
    """Return the lines of a unified diff, without its two header lines."""
    return [DiffLine(KINDS.get(line[:1], "note"), _shown(line)) for line in diff.split("\n")[2:] if line]


def visible(text: str) -> str:
    """Return `text` with what would hide or turn it written out."""
    return _UNSEEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def _shown(line: str) -> str:
    cut = line[:MAX_LINE_LENGTH]
    shown = visible(cut)
    if len(line) > MAX_LINE_LENGTH:
        shown += _(" … and %(count)s more characters") % {"count": len(line) - MAX_LINE_LENGTH}
    return shown
