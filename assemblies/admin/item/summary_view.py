"""What the Summary tab shows in addition to its fields, and in their stead where it is read."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assemblies import documents
from assemblies.admin.history.field_words import FIELD_WORDS
from assemblies.domains import AssemblyType, ExitMeaning, OperatingSystem
from assemblies.models import Content


@dataclass(frozen=True)
class SummaryShown:
    """`tags` and `sites` are None where they are no list; `blocks` are titles with JSON that is only shown.

    `how_to_run` are labels with words, of what the assembly says where it runs.
    """

    type_label: Any
    tags: list[str] | None
    sites: list[str] | None
    blocks: list[tuple[Any, str]]
    how_to_run: list[tuple[Any, str]]


def shown_summary(content: Content) -> SummaryShown:
    has_list = isinstance(content.tags, list)
    blocks = [
        (_("Tags, as an object"), {} if has_list else content.tags),
        (FIELD_WORDS["metadata"], content.metadata),
        (FIELD_WORDS["extra"], content.further_fields),
        (FIELD_WORDS["envelope_extra"], content.envelope_extra),
    ]
    return SummaryShown(
        type_label=AssemblyType(content.assembly_type).label,
        tags=content.tags if has_list else None,
        sites=content.sites["values"] if content.sites["mode"] == "specific" else None,
        blocks=[(title, documents.readable_json(value).decode()) for title, value in blocks if value],
        how_to_run=[(FIELD_WORDS[name], words) for name, words in _how_to_run(content).items() if words],
    )


def _how_to_run(content: Content) -> dict[str, str]:
    return {
        "operating_systems": ", ".join(str(OperatingSystem(word).label) for word in content.operating_systems),
        "run_as": content.run_as,
        "minimum_version": content.minimum_version,
        "interpreter_arguments": " ".join(content.interpreter_arguments),
        "exit_codes": "\n".join(f"{code}: {ExitMeaning(word).label}" for code, word in content.exit_codes.items()),
    }
