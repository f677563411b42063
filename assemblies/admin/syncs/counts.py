"""What a sync counted, in words for people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# As sync records name them, in the order people ask.
WORDS: dict[str, Any] = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "moved": gettext_lazy("moved"),
    "removed": gettext_lazy("removed"),
    "restored": gettext_lazy("restored"),
    "left": gettext_lazy("left as they are"),
    "claimed": gettext_lazy("claimed from other domains"),
    "local_edits": gettext_lazy("with local edits"),
    "skipped": gettext_lazy("skipped"),
    "unchanged": gettext_lazy("unchanged"),
}


def counts_in_words(counts: Mapping[str, Any]) -> str:
    """Return what was counted but for zeros, such as "3 added, 29 unchanged"."""
    said = [f"{counts[name]} {word}" for name, word in WORDS.items() if counts.get(name)]
    return ", ".join(said) or _("nothing")
