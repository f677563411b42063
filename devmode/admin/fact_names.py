"""What the facts of an entry are called on pages, in the viewer's language; an entry itself keeps English ones."""

import json
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

NAMES = {
    "added": _("added"),
    "by": _("by"),
    "category": _("category"),
    "changed": _("changed"),
    "changes": _("changes"),
    "claimed": _("claimed"),
    "code": _("code"),
    "database": _("database"),
    "documents": _("documents"),
    "ended": _("ended"),
    "engine": _("engine"),
    "file_name": _("file"),
    "grant": _("grant"),
    "groups": _("groups"),
    "holder": _("holder"),
    "host": _("host"),
    "hostname": _("host"),
    "items": _("items"),
    "key": _("key"),
    "last_revision": _("last revision"),
    "local_edits": _("local edits"),
    "max_uses": _("devices at most"),
    "moved": _("moved"),
    "name": _("name"),
    "reason": _("reason"),
    "reasons": _("reasons"),
    "removed": _("removed"),
    "revision": _("revision"),
    "secret_ref": _("password from"),
    "source": _("source"),
    "source_version": _("version of the source"),
    "status": _("status"),
    "tags": _("tags"),
    "targets": _("targets"),
    "to_revision": _("to revision"),
    "ttl_hours": _("valid for hours"),
    "undone": _("undone"),
    "until": _("until"),
    "user": _("user"),
}


def fact_name(name: str) -> str:
    """Return what a fact is called; of one that is not known here its own name."""
    return gettext(NAMES[name]) if name in NAMES else name.replace("_", " ")


def fact_words(name: str, value: Any) -> str:
    """Return a fact's value as one line: a moment in the viewer's zone, a list of words, other things as JSON."""
    if isinstance(value, str):
        return _moment(value) if name == "until" or name.endswith("_at") else value
    if isinstance(value, list) and all(isinstance(part, str | int) for part in value):
        return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False)


def _moment(text: str) -> str:
    try:
        return date_format(localtime(datetime.fromisoformat(text)), "DATETIME_FORMAT")
    except ValueError:
        return text
