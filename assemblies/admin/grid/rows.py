"""The rows of a page: an entry of the catalogue, and what the list says of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from assemblies.admin.grid.results import FoundList
from assemblies.admin.links_and_badges import upstream_tone
from assemblies.catalogue import CatalogueEntry
from assemblies.catalogue.search import Line, Search
from assemblies.domains import AssemblyType, Domain, Kind, LifeCycle, OperatingSystem, UpstreamState
from assemblies.models.content import parse_time

TAGS_SHOWN = 2
# Of a path the folder it begins with and the name it ends with say most.
PATH_SHOWN = 28
VARIABLES_SHOWN = 4
SUMMARY_SHOWN = 180
LINES_SHOWN = 3
LINE_CHARACTERS = 160


class FoundLine(NamedTuple):
    """A line of a script around its first match; `label` says which, and `place` is where the script's page has it."""

    place: str
    label: str
    text: SafeString


class Pill(NamedTuple):
    """A state in a word or two; `tone` says how it is drawn."""

    tone: str
    words: Any


@dataclass(frozen=True)
class Row:
    """One assembly. What may match is escaped here, with its matches marked; templates escape the rest.

    `heading` is what others on the page call its name by. Templates spell numbers as people do, which takes them long.
    """

    heading: str
    entry: CatalogueEntry
    name: SafeString
    summary: SafeString
    tags: list[str]
    hidden_tags: int
    variables: list[SafeString]
    lines: list[FoundLine]
    is_favourite: bool
    is_flagged: bool
    life_cycle: LifeCycle

    @property
    def guid(self) -> str:
        return self.entry.guid

    @cached_property
    def item_address(self) -> str:
        return reverse("admin:assemblies_assembly_change", args=[self.guid])

    @property
    def content(self) -> Any:
        return self.entry.content

    @property
    def source(self) -> Any:
        return Domain(self.entry.domain).label

    @property
    def kind(self) -> Kind:
        return self.entry.content.kind

    @property
    def type(self) -> Any:
        return AssemblyType(self.entry.content.assembly_type).label

    @property
    def systems(self) -> list[OperatingSystem]:
        return [OperatingSystem(word) for word in self.entry.content.operating_systems]

    @property
    def is_workflow(self) -> bool:
        return self.kind is Kind.WORKFLOW

    @property
    def path(self) -> str:
        path = self.entry.content.metadata.get("source_path")
        return path if isinstance(path, str) else ""

    @property
    def short_path(self) -> str:
        """Return the path with its middle left out, where it is long."""
        half = PATH_SHOWN // 2
        return self.path if len(self.path) <= PATH_SHOWN else f"{self.path[:half]}…{self.path[-half:]}"

    @cached_property
    def changed_at(self) -> datetime:
        """When it changed, in the viewer's time zone."""
        return localtime(self.entry.deleted_at or parse_time(self.entry.content.updated_at))

    @property
    def pills(self) -> Iterator[Pill]:
        """Yield what is unusual about it; most assemblies have none."""
        entry, upstream = self.entry, self.entry.upstream_state
        if entry.deleted_at:
            yield Pill("deleted", _("Deleted"))
        if entry.is_dirty:
            yield Pill("queued", _("Queued to Write to DB"))
        if upstream and upstream is not UpstreamState.UP_TO_DATE:
            yield Pill(upstream_tone(upstream), upstream.label)
        if entry.origin_changed:
            yield Pill("warning", _("The original changed"))
        if self.life_cycle is not LifeCycle.DRAFT:
            yield Pill("good" if self.life_cycle is LifeCycle.APPROVED else "warning", self.life_cycle.label)
        if self.is_flagged:
            yield Pill("warning", _("Hidden characters"))


def rows_of(found: FoundList) -> Iterator[Row]:
    """Yield the rows of the page, at one query where something is searched for."""
    lines = found.result.lines(found.search, most=LINES_SHOWN)
    words = line_words()
    for number, entry in enumerate(found.result.entries, start=1):
        shown = [_found_line(line, found.search, words) for line in lines.get(entry.guid, [])]
        yield _row(f"name-{number}", entry, found, shown)


def _row(heading: str, entry: CatalogueEntry, found: FoundList, lines: list[FoundLine]) -> Row:
    content, search = entry.content, found.search
    summary = " ".join(content.summary.split())
    shown = summary if len(summary) <= SUMMARY_SHOWN else f"{summary[:SUMMARY_SHOWN].rstrip()}…"
    tags = [str(tag) for tag in content.tags]
    return Row(
        heading=heading,
        entry=entry,
        name=_marked(search, content.display_name),
        summary=_marked(search, shown),
        tags=tags[:TAGS_SHOWN],
        hidden_tags=max(0, len(tags) - TAGS_SHOWN),
        variables=_variables(content.variables, found) if search else [],
        lines=lines,
        is_favourite=entry.guid in found.sets["favourite"],
        is_flagged=entry.guid in found.sets["flagged"],
        life_cycle=_life_cycle(entry.guid, found.sets["life_cycle"]),
    )


def _life_cycle(guid: str, by_state: Any) -> LifeCycle:
    return next(
        (state for state in LifeCycle if state is not LifeCycle.DRAFT and guid in by_state[state]), LifeCycle.DRAFT
    )


def _found_line(line: Line, search: Search, words: str) -> FoundLine:
    text = _marked(search, search.part_of(line.text, LINE_CHARACTERS))
    return FoundLine(f"line-{line.number}", words % {"number": line.number}, text)


def line_words() -> str:
    """Return the words for a line, with a place for its number: looked up once for many."""
    return _("Line %(number)s")


def _variables(variables: Collection[Mapping[str, Any]], found: FoundList) -> list[SafeString]:
    """Return the variables that match, by name and label."""
    texts = (f"{variable.get('name', '')} {variable.get('label') or ''}".strip() for variable in variables)
    return [_marked(found.search, text) for text in texts if found.search.is_in(text)][:VARIABLES_SHOWN]


def _marked(search: Search, text: str) -> SafeString:
    pieces = ((escape(piece), is_match) for piece, is_match in search.marked(text))
    return SafeString("".join(f"<mark>{piece}</mark>" if is_match else piece for piece, is_match in pieces))
