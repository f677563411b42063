"""The audit as a file: all entries that a search finds, one by one, whatever their number.

Spreadsheets run cells that begin like a formula; such text gets a quote in front, which they do not show. Many split
lines at a semicolon or a tab instead of the comma, within quoted text, too: what begins a cell there is treated alike.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

from devmode.audit.search import AuditSearch
from devmode.models.audit import AuditEntry

# New ones come last: files that were exported earlier are read by the same programs.
COLUMNS = (
    "sequence recorded_at actor role remote_address event domain assembly_guid outcome dev_mode detail previous_hash "
    "hash hash_version subject_kind subject_id"
).split()
# Some take the wide forms of East Asian keyboards for the same.
FORMULA_STARTS = "=+@\uff1d\uff0b\uff0d\uff20-"
# A comma is none of them: text with one is quoted, which readers that split at commas respect.
OTHER_SEPARATORS = ";|\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
_CELL_STARTS = re.compile(rf"(^|[{OTHER_SEPARATORS}])(?=[\s\"']*[{FORMULA_STARTS}])")


class _Line:
    """What csv writes to: it hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def exported(search: AuditSearch, style: str) -> StreamingHttpResponse:
    """Return the file as a download, sent while it is read."""
    lines, content_type = STYLES[style]
    answer = StreamingHttpResponse(lines(search.walk()), content_type=f"{content_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.now():%Y%m%dT%H%M%SZ}.{style}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _csv_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for entry in entries:
        facts = _facts(entry) | {"detail": entry.detail}
        yield writer.writerow([_cell(facts[name]) for name in COLUMNS])


def _json_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    for entry in entries:
        yield json.dumps(_facts(entry) | {"detail": entry.read_detail()}, ensure_ascii=False) + "\n"


def _facts(entry: AuditEntry) -> dict[str, Any]:
    facts = {"recorded_at": entry.recorded_at.astimezone(UTC).isoformat(), "domain": entry.scope}
    return {name: facts[name] if name in facts else getattr(entry, name) for name in COLUMNS}


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    harmless = _CELL_STARTS.sub(r"\1'", value)
    return f"'{harmless}" if harmless.startswith(("\t", "\r", "\n")) else harmless


STYLES: dict[str, tuple[Callable[[Iterable[AuditEntry]], Iterator[str]], str]] = {
    "csv": (_csv_lines, "text/csv"),
    "jsonl": (_json_lines, "application/jsonl"),
}
