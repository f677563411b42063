"""What was read from a plain file or from another tool, in fields that correct it before it is imported.

The fields and their rules are the editor's own. What somebody typed goes by the file and what it says, not by its place
among others: it stays when more files are chosen, and when an import is refused.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from assemblies import documents
from assemblies.admin.import_export.upload import Readable
from assemblies.admin.item.form import ItemForm
from assemblies.admin.item.variable_rows import BaseVariableRows, VariableRows
from assemblies.documents import Document

# A page of more fields is of no use, and a form may not have them.
MAX_DOCUMENTS = 100
MAX_VARIABLES = 30
SHOWN = ("display_name", "summary", "assembly_type", "timeout_seconds", "operating_systems")


class GuessForm(ItemForm):
    """The fields of an assembly that a plain file says nothing certain of."""

    def __init__(self, document: Document, data: Any, prefix: str) -> None:
        super().__init__(document, None, data, prefix)
        for name in self.fields.keys() - set(SHOWN):
            del self.fields[name]
        self.fields["summary"].widget.attrs["rows"] = 2


class Guess:
    """What was read of one document, on its way to somebody or back; `key` begins the names of its fields."""

    def __init__(self, document: Document, key: str, data: Any = None) -> None:
        self.document, self.key = document, key
        self.is_sent = data is not None and f"{key}-sent" in data
        sent = data if self.is_sent else None
        self.form = GuessForm(document, sent, key)
        rows: Any = VariableRows
        language, prefix = str(document.assembly_type), f"{key}-variables"
        self.rows: BaseVariableRows | None = None
        if 0 < len(document.variables) <= MAX_VARIABLES:
            self.rows = rows(document.variables, language, sent, prefix)
        # Decided once: reading it adds its refusals to the fields.
        self.correction = self._read() if self.is_sent else {}

    @property
    def is_refused(self) -> bool:
        return self.correction is None

    @property
    def is_open(self) -> bool:
        """Whether somebody typed into it."""
        return self.correction != {}

    @property
    def shown_rows(self) -> list[tuple[Any, bool]]:
        """The variables, each with whether its choices are of use."""
        return [(row, self._has_choices(row)) for row in self.rows] if self.rows is not None else []

    def _has_choices(self, row: Any) -> bool:
        return "choices" in row.fields and bool(row["choices"].value() or row["choices"].errors)

    def _read(self) -> dict[str, Any] | None:
        """Return the corrected fields by their names in `Content`; None when something is refused."""
        if not self.form.is_valid() or not (self.rows is None or self.rows.is_valid()):
            return None
        fields = self.form.changes()
        variables = self.document.variables if self.rows is None else self.rows.read()
        if self.form.errors or variables is None:
            return None
        same = documents.same_value(variables, self.document.variables)
        return fields if same else fields | {"variables": variables}


def guesses_of(readable: Sequence[Readable], data: Mapping[str, Any], *, only_sent: bool) -> dict[int, Guess]:
    """Return by its place the guess of each document that says not all of itself, as far as there is room for them.

    With `only_sent`, those that somebody sent.
    """
    found: dict[int, Guess] = {}
    for at, key in _keys(readable):
        if not only_sent or f"{key}-sent" in data:
            found[at] = Guess(readable[at].document, key, data)
    return found


def _keys(readable: Sequence[Readable]) -> Iterator[tuple[int, str]]:
    guessed = [at for at, one in enumerate(readable) if one.document.aliases][:MAX_DOCUMENTS]
    counts: Counter[str] = Counter()
    for at in guessed:
        text = f"{readable[at].place}\0{readable[at].document.content_hash}"
        key = f"guess-{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
        counts[key] += 1
        yield at, key if counts[key] == 1 else f"{key}-{counts[key]}"
