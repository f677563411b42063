"""The tabs Script and Files. The code editor is Ace around the form's plain `<textarea name="payload">`, which
works alone.

A page gives its tabs `editor_context(...)`, and its form the widget `ScriptWidget()`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.forms import Media
from django.utils.translation import gettext_lazy as _
from django_ace import AceWidget

from assemblies.admin.item.marked_text import MarkedText, Piece, mark
from assemblies.documents.character_table import character_table
from assemblies.documents.findings import script_findings
from assemblies.documents.hidden_characters import find_hidden_characters
from assemblies.domains import AssemblyType
from assemblies.models import AttachmentFacts, Content

# What Ace calls the language of each type of assembly.
MODES: dict[str, str] = {
    AssemblyType.POWERSHELL: "powershell",
    AssemblyType.BATCH: "batchfile",
    AssemblyType.BASH: "sh",
    AssemblyType.PYTHON: "python",
    AssemblyType.ANSIBLE: "yaml",
    AssemblyType.WORKFLOW: "json",
}
LIGHT, DARK = "cloud_editor", "cloud_editor_dark"
ACE = "django_ace/ace"


class ScriptWidget(AceWidget):  # type: ignore[misc]  # django-ace has no types
    """Ace for scripts: no worker (it would run from a blob), no inline style, a theme for light and one for dark."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            useStrictCSP=True, width=None, height=None, toolbar=False, useworker=False, showprintmargin=False,
            theme=LIGHT, tabsize=4, attrs={"rows": 24, "spellcheck": "false", "wrap": "off"} | (attrs or {}),
        )  # fmt: skip

    @property
    def media(self) -> Media:
        dark = Media(css={"screen": [f"{ACE}/css/theme/{DARK}.css"]}, js=[f"{ACE}/theme-{DARK}.js"])
        media: Media = super().media + dark
        return media


@dataclass(frozen=True)
class Editor:
    """What the Script tab needs in addition to the form: the text to read, its findings, and data for its script."""

    assembly_type: str
    text: str | None

    @cached_property
    def findings(self) -> Sequence[dict[str, Any]]:
        return script_findings(AssemblyType(self.assembly_type), self.text or "")

    @cached_property
    def marked(self) -> MarkedText:
        return mark(self.text or "", self.findings)

    @property
    def mode(self) -> str:
        return MODES[self.assembly_type]

    @property
    def size_bytes(self) -> int:
        return len((self.text or "").encode())

    @property
    def line_ends(self) -> Any:
        """How the stored lines end, in words; a save keeps it."""
        return line_ends_of(self.text or "")

    @property
    def facts(self) -> dict[str, Any]:
        """What the browser's part of the editor works with."""
        return {"modes": MODES, "themes": {"light": LIGHT, "dark": DARK}, **character_table()}

    @property
    def media(self) -> Media:
        return ScriptWidget().media


def editor_context(content: Content, text: str | None) -> dict[str, Any]:
    """Return what the tabs Script and Files show: `editor` and `files`. `text` is the payload, None if unreadable."""
    return {"editor": Editor(content.assembly_type, text), "files": files_of(content)}


def line_ends_of(text: str) -> Any:
    windows, old = text.count("\r\n"), text.count("\r")
    unix = text.count("\n") - windows
    if windows and not unix and old == windows:
        return _("Windows (CRLF)")
    if windows or old:
        return _("mixed")
    return _("Unix (LF)")


@dataclass(frozen=True)
class FileRow:
    """An attachment, and its name with what hides in it made visible."""

    facts: AttachmentFacts
    shown_name: Sequence[Piece]


@dataclass(frozen=True)
class Files:
    """The attachments in their order; `max_bytes` is what one of them may have."""

    rows: list[FileRow]
    max_bytes: int

    @property
    def total_bytes(self) -> int:
        return sum(row.facts.size_bytes for row in self.rows)


def files_of(content: Content) -> Files:
    return Files([FileRow(facts, _pieces(facts.file_name)) for facts in content.files], settings.MAX_ATTACHMENT_BYTES)


def _pieces(name: str) -> list[Piece]:
    """A name is one line: documents allow no other."""
    return mark(name, find_hidden_characters("file_name", name)).lines[0]
