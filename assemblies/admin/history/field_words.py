"""What the fields of an assembly are called by people, and what changed from one revision to the next in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assemblies.domains import Kind
from assemblies.models import Content
from assemblies.revisions.compare import field_changes, file_changes

FIELD_WORDS: dict[str, Any] = {
    "display_name": _("Name"),
    "summary": _("Summary"),
    "type_name": _("Type"),
    "category": _("Category"),
    "version": _("Version"),
    "timeout_seconds": _("Time limit in seconds"),
    "operating_systems": _("Operating systems"),
    "run_as": _("Runs as"),
    "interpreter_arguments": _("Interpreter arguments"),
    "exit_codes": _("Exit codes"),
    "minimum_version": _("Minimum version"),
    "variables": _("Variables"),
    "sites": _("Sites"),
    "tags": _("Tags"),
    "metadata": _("Metadata"),
    "extra": _("Further fields"),
    "envelope_extra": _("Further fields of the envelope"),
}
PAYLOAD_WORDS: dict[str, Any] = {Kind.SCRIPT: _("Script"), Kind.WORKFLOW: _("Workflow"), Kind.ANSIBLE: _("Playbook")}


def changes_in_words(before: Content, after: Content) -> list[Any]:
    """Return the names of what differs, script first; no payload is read."""
    words = [PAYLOAD_WORDS[after.kind]] if before.payload_sha256 != after.payload_sha256 else []
    words += [FIELD_WORDS[change.field] for change in field_changes(before, after)]
    if count := len(file_changes(before, after)):
        words.append(ngettext("%(count)s file", "%(count)s files", count) % {"count": count})
    return words
