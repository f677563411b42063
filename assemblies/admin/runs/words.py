"""What pages say of a run in the viewer's language, where its record has a code or an English sentence."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assemblies.execution.local import SERVER
from assemblies.fleet.targets import hostnames_of

# What leases and workers end an item with, by the code they store.
CODES: dict[str, Any] = {
    "expired": gettext_lazy("It could not begin in time."),
    "worker_lost": gettext_lazy("Nobody answers for it any more; whether its script ended is unknown."),
    "not_started": gettext_lazy("Its script could not be started."),
}
# What `assemblies.supervision.ending` says of a script, as it is stored.
SENTENCES: list[tuple[re.Pattern[str], Any]] = [
    (
        re.compile(r"The script ended with exit code (?P<code>-?\d+)\."),
        gettext_lazy("The script ended with exit code %(code)s."),
    ),
    (
        re.compile(r"The script was ended by signal (?P<signal>\S+)\."),
        gettext_lazy("The script was ended by signal %(signal)s."),
    ),
    (
        re.compile(r"The script took longer than (?P<seconds>\S+) s\."),
        gettext_lazy("The script took longer than %(seconds)s s."),
    ),
]


def place_names(targets: Iterable[str]) -> dict[str, str]:
    """Return what targets are called, by target and in their order; one query where some of them are devices."""
    wanted = list(dict.fromkeys(targets))
    hosts = hostnames_of(target for target in wanted if target != SERVER and ":" not in target)
    return {target: hosts.get(target) or _place_name(target) for target in wanted}


def _place_name(target: str) -> str:
    if target == SERVER:
        return _("This server")
    kind, _colon, name = target.partition(":")
    words = {"group": _("Group %(name)s"), "tag": _("Tag %(name)s")}.get(kind)
    return words % {"name": name} if words else target


def error_words(error: str) -> str:
    """Return an error that was stored in the viewer's language; what nobody knows stays as it is."""
    if error in CODES:
        return str(CODES[error])
    for pattern, words in SENTENCES:
        if found := pattern.match(error):
            return str(words) % found.groupdict() + error[found.end() :]
    return error
