"""What is wrong with a document that people cannot see: hidden characters, and a `#!` line that will not start.

Findings are reported with their place and never change a byte. Each is `{field, line, column, character, name}`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from assemblies.documents.hidden_characters import find_hidden_characters, find_hidden_in
from assemblies.domains import AssemblyType

MAX_FINDINGS = 500
_STARTED_BY_KERNEL = {AssemblyType.BASH, AssemblyType.PYTHON}
_BYTE_ORDER_MARK = "\ufeff"


def script_findings(assembly_type: AssemblyType, script: str) -> list[dict[str, Any]]:
    """Return what people cannot see in a script, in order."""
    return [*first_line_findings(assembly_type, script), *find_hidden_characters("script", script)]


def first_line_findings(assembly_type: AssemblyType, script: str) -> list[dict[str, Any]]:
    """Return why the kernel would not start a bash or Python script by its `#!` line; quick however long the script is.

    A byte order mark before `#!` hides it; a carriage return becomes part of the interpreter's name.
    """
    line = script[: script.find("\n")] if "\n" in script else script
    if assembly_type not in _STARTED_BY_KERNEL or not line.removeprefix(_BYTE_ORDER_MARK).startswith("#!"):
        return []
    findings = []
    if line.startswith(_BYTE_ORDER_MARK):
        findings.append(_finding(1, "U+FEFF", "BYTE ORDER MARK before #!, so the script does not start"))
    if "\r" in line:
        findings.append(
            _finding(line.index("\r") + 1, "U+000D", "CARRIAGE RETURN on the #! line, so the script does not start")
        )
    return findings


def label_findings(labels: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the hidden characters in what people read of an assembly: name, summary, variables, file names, tags."""
    return chain.from_iterable(find_hidden_in(field, value) for field, value in labels.items())


def labels_of(
    *, display_name: str, summary: str, category: str, tags: Any, variables: Any, file_names: Sequence[str]
) -> dict[str, Any]:
    """Return the texts that name and describe an assembly, by field."""
    return {
        "display_name": display_name,
        "summary": summary,
        "category": category,
        "tags": tags,
        "variables": variables,
        "files": [{"file_name": name} for name in file_names],
    }


def bounded(findings: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the first MAX_FINDINGS findings."""
    return list(islice(findings, MAX_FINDINGS))


def _finding(column: int, character: str, name: str) -> dict[str, Any]:
    return {"field": "script", "line": 1, "column": column, "character": character, "name": name}
