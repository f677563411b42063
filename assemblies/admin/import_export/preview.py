"""What an import would come to: a row for each document, with what may be done with it and what is proposed.

Nothing is written, and how many questions this asks the database does not depend on how many documents there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assemblies.actions.import_documents import Choice, ImportState, OnConflict, Preview, preview
from assemblies.admin.checks import ShownReport
from assemblies.admin.import_export.comparison import Comparing, DocumentComparison, new_checks
from assemblies.admin.import_export.in_editor import opens_in_editor
from assemblies.admin.import_export.upload import Readable, Unreadable, Upload
from assemblies.admin.links_and_badges import source_badge
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.documents import Document
from assemblies.domains import Domain

FLAGS_SHOWN = 20
CLASHES_SHOWN = 5


class ImportDecision(StrEnum):
    """What to do with one document."""

    IMPORT = "import"
    AS_NEW = "as_new"
    SKIP = "skip"


STANDING_WORDS = {
    ImportState.NEW: _("New"),
    ImportState.SAME: _("Same"),
    ImportState.CHANGED: _("Changed"),
    ImportState.OTHER_DOMAIN: _("GUID of another domain"),
}
_IMPORT_WORDS = {ImportState.NEW: _("Import"), ImportState.SAME: _("Import again"), ImportState.CHANGED: _("Update")}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One readable document of an upload, and how it stands to the library."""

    position: int
    place: str
    document: Document
    preview: Preview
    clashes: Sequence[tuple[CatalogueEntry, SafeString]] = ()
    first_twin: str = ""
    repeats: CatalogueEntry | None = None
    comparison: DocumentComparison | None = None
    checks: ShownReport | None = None

    @property
    def standing(self) -> ImportState:
        return self.preview.standing

    @property
    def standing_words(self) -> Any:
        return STANDING_WORDS[self.standing]

    @property
    def owner_badge(self) -> SafeString:
        """The domain that has the GUID."""
        return source_badge(self.preview.row.domain) if self.preview.row else SafeString()

    @property
    def size_bytes(self) -> int:
        return len(self.document.payload) + sum(file.size for file in self.document.files)

    @property
    def number(self) -> int:
        """Which of the readable documents it is, from 1."""
        return self.position + 1

    @property
    def may_open(self) -> bool:
        return opens_in_editor(self.document)

    @property
    def flags_shown(self) -> list[dict[str, Any]]:
        return self.preview.flags[:FLAGS_SHOWN]

    @property
    def has_more(self) -> bool:
        """Say whether there is more to say than stands in the columns."""
        told = (self.document.aliases, self.clashes, self.preview.flags, self.first_twin, self.comparison)
        is_told = any(told) or (self.checks is not None and not self.checks.is_empty)
        return is_told or self.document.guid is None or self.standing == ImportState.OTHER_DOMAIN

    @cached_property
    def token(self) -> str:
        """What a choice for this row is made upon; it differs once the library or the document does."""
        revision = self.preview.row.sequence if self.preview.row else 0
        return f"{self.standing}:{revision}:{self.document.content_hash[:32]}"

    @property
    def picks(self) -> list[tuple[ImportDecision, Any]]:
        """What may be done, in words."""
        found: list[tuple[ImportDecision, Any]] = []
        if self.standing in _IMPORT_WORDS:
            found.append((ImportDecision.IMPORT, _IMPORT_WORDS[self.standing]))
        if self.document.guid is not None:
            found.append((ImportDecision.AS_NEW, _("Import as a new one (new GUID)")))
        return [*found, (ImportDecision.SKIP, _("Skip"))]

    @property
    def proposed(self) -> ImportDecision:
        needs_nothing = self.standing in {ImportState.SAME, ImportState.OTHER_DOMAIN}
        return ImportDecision.SKIP if needs_nothing or self.first_twin or self.repeats else ImportDecision.IMPORT

    def choice(self, pick: ImportDecision) -> Choice:
        """Return what the pick means, upon what the row says: anything else in the library refuses the import.

        A new GUID cannot be taken.
        """
        row = self.preview.row
        if (
            pick is ImportDecision.IMPORT
            and row is not None
            and self.standing in {ImportState.SAME, ImportState.CHANGED}
        ):
            return Choice(OnConflict.UPDATE, row.sequence)
        return Choice(OnConflict.FAIL)


@dataclass(frozen=True)
class ImportPreview:
    """The rows of an upload and what could not be read in it; `uncompared` rows were too many to compare at once."""

    domain: Domain
    rows: list[Row] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    uncompared: int = 0
    unchecked: int = 0

    @property
    def tokens(self) -> list[str]:
        return [row.token for row in self.rows]

    @property
    def counts(self) -> list[tuple[ImportState, Any, int]]:
        """How many rows stand how, without what there is none of."""
        numbers = {standing: sum(row.standing == standing for row in self.rows) for standing in ImportState}
        return [(standing, STANDING_WORDS[standing], count) for standing, count in numbers.items() if count]


def propose(upload: Upload, domain: Domain, *, compares: bool = True) -> ImportPreview:
    """Return what importing `upload` into `domain` would come to."""
    entries = library_catalogue().current().entries
    previews = preview([one.document for one in upload.readable], domain=domain, on_conflict=OnConflict.UPDATE)
    documents = [one.document for one in previews]
    readable = [Readable(one.place, document) for one, document in zip(upload.readable, documents, strict=True)]
    comparing = Comparing()
    checks, unchecked = new_checks(documents, previews) if compares else ({}, 0)
    rows = list(_rows(readable, previews, entries, comparing if compares else None))
    rows = [replace(row, checks=checks.get(row.position)) for row in rows]
    return ImportPreview(domain, rows, upload.unreadable, comparing.left_out, unchecked)


def _rows(
    readable: Sequence[Readable],
    previews: Sequence[Preview],
    entries: Mapping[str, CatalogueEntry],
    comparing: Comparing | None,
) -> Iterator[Row]:
    firsts: dict[str, Readable] = {}
    for position, (one, found) in enumerate(zip(readable, previews, strict=True)):
        document = one.document
        first = firsts.setdefault(document.guid, one) if document.guid else one
        clashes = [entries[guid] for guid in found.same_name_guids if guid in entries]
        yield Row(
            position=position,
            place=one.place,
            document=document,
            preview=found,
            clashes=[(entry, source_badge(entry.domain)) for entry in clashes[:CLASHES_SHOWN]],
            first_twin=first.place if first is not one else "",
            repeats=_repeated(document, clashes),
            comparison=comparing.compare(found, document) if comparing else None,
        )


def _repeated(document: Document, clashes: Sequence[CatalogueEntry]) -> CatalogueEntry | None:
    """Return the assembly that says the same as a document without a GUID, which would become a second one."""
    if document.guid is not None or not clashes:
        return None
    content_hash = document.content_hash
    return next((entry for entry in clashes if entry.content.content_hash == content_hash), None)
