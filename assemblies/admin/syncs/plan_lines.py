"""The parts of a plan as lists of assemblies that people can read: bounded, with links to what is here already."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assemblies.admin.checks import ShownReport
from assemblies.admin.links_and_badges import item_address
from assemblies.catalogue import Snapshot
from assemblies.domains import Domain
from assemblies.official.diffs import DocumentDiff
from assemblies.official.report import SyncReport
from assemblies.official.source import SourceDocument

MAX_LINES = 200
MAX_LINE_LENGTH = 400
KINDS = {"+": "added", "-": "removed", "@": "place", " ": "same"}
# Direction marks would make a line read otherwise than it runs; the rest would not be seen at all.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True)
class DiffLine:
    """One line: what it is, and its text with the sign in front."""

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One assembly or file of a plan; `address` is empty for what is not here yet."""

    name: str
    path: str = ""
    address: str = ""
    words: Any = ""
    diff: Sequence[DiffLine] = ()
    checks: ShownReport | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of a plan, with its first lines."""

    key: str
    title: Any
    explanation: Any
    count: int
    lines: list[Line] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


def sections_of(report: SyncReport, snapshot: Snapshot) -> list[Section]:
    """Return the parts that have something in them, what changes most first."""
    plan, diffs = report.plan, {diff.guid: diff for diff in report.diffs}
    removed = [(row.guid, visible(row.display_name), row.source_path) for row in plan.removed]
    found = [
        _section("added", _("Added"), _("New in the catalogue."), _published(plan.added), diffs, snapshot),
        _section(
            "changed", _("Changed"), _("Brought to what is published now."), _published(plan.changed), diffs, snapshot
        ),
        _section(
            "removed",
            _("Removed"),
            _("No longer published. They stay in the history and can be adopted."),
            removed,
            diffs,
            snapshot,
        ),
        _section(
            "moved", _("Moved"), _("The same documents at another path."), _published(plan.moved), diffs, snapshot
        ),
        _claimed(report, snapshot),
        _edited(plan.local_edits, snapshot),
        _skipped(report),
    ]
    return [section for section in found if section.count]


def lines_of_guids(guids: Sequence[str], snapshot: Snapshot) -> list[Line]:
    """Return the lines of assemblies that are here, with the names they have now."""
    return [
        Line(name=_name(guid, snapshot), address=_address(guid, snapshot)) for guid in guids[:MAX_LINES]
    ]  # fmt: skip


Fact = tuple[str, str, str]


def _published(documents: Iterable[SourceDocument]) -> list[Fact]:
    return [(one.guid, visible(one.document.display_name), one.path) for one in documents]


def _section(
    key: str, title: Any, explanation: Any, facts: list[Fact], diffs: Mapping[str, DocumentDiff], snapshot: Snapshot
) -> Section:
    lines = [
        Line(name=name, path=path, address=_address(guid, snapshot), **_differences(diffs.get(guid)))
        for guid, name, path in facts[:MAX_LINES]
    ]
    return Section(key=key, title=title, explanation=explanation, count=len(facts), lines=lines)


def _differences(diff: DocumentDiff | None) -> dict[str, Any]:
    return {} if diff is None else {"diff": diff_lines(diff.text), "checks": ShownReport(diff.checks)}


def _claimed(report: SyncReport, snapshot: Snapshot) -> Section:
    lines = [
        Line(
            name=_name(claim.guid, snapshot),
            address=_address(claim.guid, snapshot),
            words=_("is %(domain)s now and goes on under a new GUID, with everything said about it")
            % {"domain": Domain(claim.domain).label},
        )
        for claim in report.claims[:MAX_LINES]
    ]
    explanation = _("Assemblies of other domains that have a GUID the catalogue publishes: it gets its GUID back.")
    return Section(
        key="claimed", title=_("Claimed"), explanation=explanation, count=len(report.claims), lines=lines
    )  # fmt: skip


def _edited(guids: list[str], snapshot: Snapshot) -> Section:
    explanation = _(
        "Changed here since they were published. They are among those above, and are overwritten, unless local edits "
        "are kept."
    )
    lines = lines_of_guids(guids, snapshot)
    return Section(key="edits", title=_("Local edits"), explanation=explanation, count=len(guids), lines=lines)


def _skipped(report: SyncReport) -> Section:
    skipped = report.plan.skipped
    lines = [Line(name=one.path, words=one.reason) for one in islice(skipped, MAX_LINES)]
    explanation = _("Files that cannot be read as official documents. What they published before stays.")
    return Section(key="skipped", title=_("Skipped"), explanation=explanation, count=len(skipped), lines=lines)


def _name(guid: str, snapshot: Snapshot) -> str:
    entry = snapshot.entries.get(guid)
    return visible(entry.content.display_name) if entry else guid


def _address(guid: str, snapshot: Snapshot) -> str:
    return item_address(guid) if guid in snapshot.entries else ""


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
        shown += gettext(" … and %(count)s more characters") % {"count": len(line) - MAX_LINE_LENGTH}
    return shown
