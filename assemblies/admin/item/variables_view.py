"""Variables as they are read: in the order of input, secrets masked, each with how to refer to it."""

from dataclasses import dataclass
from typing import Any

from assemblies.actions.setting_rules import SECRET_TYPES
from assemblies.admin.item.typed_values import shown_value
from assemblies.admin.item.variable_rows import choices_key, shown_order
from assemblies.checking.references import reference_to
from assemblies.models import Content


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
