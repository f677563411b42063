"""YAML of a playbook: whether it parses, and keys that are given twice, of which a parser keeps the last.

Read event by event: nothing is built, no alias is expanded, and no tag makes an object.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from assemblies.checking.report import Finding, Severity

# The parser that is written in C where there is one; the other reads a hundredth of that in the same time.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_CHARACTERS = 1024 * 1024 if _LOADER is not yaml.SafeLoader else 64 * 1024
MAX_DEPTH = 100


def find_yaml_errors(text: str) -> Iterator[Finding]:
    """Yield what keeps a text from being read as YAML, and the keys that are given twice."""
    if len(text) > _MAX_CHARACTERS:
        yield Finding("yaml-syntax", Severity.INFO, 0, "The playbook is too long to be parsed here.")
        return
    try:
        yield from _repeated_keys(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = ", ".join(part for part in (error.context, error.problem) if part)
        yield Finding("yaml-syntax", Severity.ERROR, mark.line + 1 if mark else 0, f"This is no YAML: {words}.")
    except yaml.YAMLError as error:
        words = str(error).partition("\n")[0]
        yield Finding("yaml-syntax", Severity.ERROR, 0, f"This is no YAML: {words}.")


def _repeated_keys(text: str) -> Iterator[Finding]:
    """Walk through the events, of each open mapping with the keys it has and whether a key comes next."""
    # None is an open sequence.
    mappings: list[dict[str, int] | None] = []
    is_key: list[bool] = []
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionEndEvent):
            mappings.pop()
            is_key.pop()
            continue
        if isinstance(event, yaml.NodeEvent) and is_key:
            if is_key[-1] and isinstance(event, yaml.ScalarEvent):
                yield from _repeated(mappings[-1], event)
            if mappings[-1] is not None:
                is_key[-1] = not is_key[-1]
        if isinstance(event, yaml.CollectionStartEvent):
            if len(mappings) == MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 0
                yield Finding("yaml-syntax", Severity.ERROR, line, f"This nests deeper than {MAX_DEPTH} levels.")
                return
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            mappings.append({} if is_mapping else None)
            is_key.append(is_mapping)


def _repeated(keys: dict[str, int] | None, event: Any) -> Iterator[Finding]:
    line = event.start_mark.line + 1
    if keys is None or event.value == "<<":
        return
    first = keys.setdefault(event.value, line)
    if first != line:
        words = f"The key {event.value[:60]!r} is on line {first}, too; the last one counts."
        yield Finding("yaml-repeated-key", Severity.WARNING, line, words)
