"""The tabs Summary and Variables as they are read: words in place of fields, variables in the order of input."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assemblies import documents
from assemblies.actions.setting_rules import SECRET_TYPES
from assemblies.admin.history.field_words import FIELD_WORDS
from assemblies.admin.item.typed_values import shown_value
from assemblies.admin.item.variable_rows import choices_key, shown_order
from assemblies.checking.references import reference_to
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


@dataclass(frozen=True)
class ShownVariable:
    """One variable in words."""

    name: str
    label: str
    type: str
    default: str
    is_secret: bool
    is_required: bool
    choices: list[str]
    description: str
    reference: str


def shown_variables(content: Content) -> list[ShownVariable]:
    order = shown_order(content.variables)
    return [_shown(content.variables[at], content.assembly_type) for at in order]


def _shown(variable: dict[str, Any], language: str) -> ShownVariable:
    choices = variable.get(choices_key(variable))
    kind = shown_value(variable.get("type"))
    return ShownVariable(
        name=variable["name"],
        label=shown_value(variable.get("label")),
        type=kind,
        default=shown_value(variable.get("default")),
        is_secret=kind.lower() in SECRET_TYPES,
        is_required=bool(variable.get("required")),
        choices=[shown_value(one) for one in choices] if isinstance(choices, list) else [],
        description=shown_value(variable.get("description")),
        reference=reference_to(variable["name"], language),
    )
