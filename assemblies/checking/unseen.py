"""What people cannot see in a script and what its first line hides, as `assemblies.documents` finds it."""

from collections.abc import Iterator

from assemblies.checking.report import Finding, Severity
from assemblies.checking.subject import Subject
from assemblies.documents.findings import first_line_findings
from assemblies.documents.hidden_characters import find_hidden_characters

_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FIRST_LINE_RULES = {"U+000D": "carriage-return", "U+FEFF": "byte-order-mark"}


def find_unseen(subject: Subject) -> Iterator[Finding]:
    """Yield what does not start because of what nobody sees, and each hidden character."""
    for one in first_line_findings(subject.assembly_type, subject.text):
        yield Finding(_FIRST_LINE_RULES[one["character"]], Severity.ERROR, one["line"], f"{one['name']}.")
    for one in find_hidden_characters("script", subject.text):
        character = chr(int(one["character"].removeprefix("U+"), 16))
        # A text that is drawn in another order than it runs in is made to mislead.
        severity = Severity.ERROR if character in _REORDERING else Severity.WARNING
        words = f"Column {one['column']}: {one['character']} {one['name']}."
        yield Finding("hidden-character", severity, one["line"], words)
