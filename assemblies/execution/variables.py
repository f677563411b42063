"""The values of a run: what the assembly declares, what was given, and what each language can be given.

Everything is decided before anything is queued. A refusal names the variable as `variables.<name>`.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from assemblies.errors import InvalidField, UnknownField
from assemblies.supervision import InvalidOrder, Language, Variable, check_variables, environment_name

NUMBERS = frozenset({"number", "int", "integer", "float"})
BOOLEANS = frozenset({"boolean", "bool"})
CREDENTIALS = frozenset({"credential", "secret", "password"})
SELECTIONS = frozenset({"select", "choice"})
TRUE_WORDS, FALSE_WORDS = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})

Declared = Sequence[Mapping[str, Any]]


def resolve_variables(language: Language, declared: Declared, given: Mapping[str, Any]) -> list[Variable]:
    """Return a value for each declared variable that has one, given or by default.

    Raises UnknownField and InvalidField.
    """
    names = [str(variable["name"]) for variable in declared]
    if unknown := sorted(set(given) - set(names)):
        known = _("known are: %(names)s") % {"names": ", ".join(names)} if names else _("it has none")
        raise UnknownField(
            _("The assembly has no such variable; %(known)s.") % {"known": known}, field=f"variables.{unknown[0]}"
        )
    values = [_resolve(variable, given.get(str(variable["name"]))) for variable in declared]
    variables = [variable for variable in values if variable is not None]
    try:
        check_variables(language, variables)
    except InvalidOrder as error:
        raise InvalidField(error.message, field=f"variables.{error.field}" if error.field else "variables") from error
    return variables


def find_warnings(language: Language | None, declared: Declared) -> list[dict[str, str]]:
    """Return, for each declared variable, what a run could not take of it: words by the key they are about.

    `language` is None for a workflow, whose variables become no environment.
    """
    owners: dict[str, str] = {}
    return [_name_warnings(language, variable, owners) | _value_warnings(variable) for variable in declared]


def _name_warnings(language: Language | None, variable: Mapping[str, Any], owners: dict[str, str]) -> dict[str, str]:
    """`owners` are the variables before it, by their names in the environment; this one is added."""
    name = str(variable.get("name") or "")
    if language is None or not name:
        return {}
    try:
        check_variables(language, [Variable(name, "")])
    except InvalidOrder as error:
        return {"name": error.message}
    given = environment_name(name)
    if (owner := owners.setdefault(given, name)) != name:
        return {"name": _("%(other)s is %(name)s in the environment, too.") % {"other": owner, "name": given}}
    return {}


def _value_warnings(variable: Mapping[str, Any]) -> dict[str, str]:
    if str(variable.get("type") or "").lower() in SELECTIONS and not choices_of(variable):
        return {"choices": _("There is nothing to choose from yet.")}
    try:
        _resolve({**variable, "required": False}, None)
    except InvalidField as error:
        return {"default": error.message}
    return {}


def is_credential(variable: Mapping[str, Any]) -> bool:
    return str(variable.get("type") or "").lower() in CREDENTIALS


def choices_of(variable: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (value, label) of each option that a variable declares."""
    options = variable.get("options")
    return [_choice(option) for option in options] if isinstance(options, list) else []


def _choice(option: Any) -> tuple[str, str]:
    if isinstance(option, Mapping):
        value = text_of(option.get("value", option.get("label", "")))
        return value, text_of(option.get("label", value))
    return text_of(option), text_of(option)


def _resolve(variable: Mapping[str, Any], value: Any) -> Variable | None:
    name, field = str(variable["name"]), f"variables.{variable['name']}"
    if value is None or value == "":
        value = variable.get("default") if value is None else value
        if value is None or value == "":
            if variable.get("required"):
                raise InvalidField(_("A value is required."), field=field)
            return None if value is None else Variable(name, "", secret=is_credential(variable))
    _check_choice(variable, value, field)
    return Variable(name, _reader_of(variable)(value, field), secret=is_credential(variable))


def _check_choice(variable: Mapping[str, Any], value: Any, field: str) -> None:
    allowed = [choice for choice, _label in choices_of(variable)]
    if allowed and text_of(value) not in allowed:
        raise InvalidField(_("Choose one of: %(choices)s.") % {"choices": ", ".join(allowed)}, field=field)


def _reader_of(variable: Mapping[str, Any]) -> Callable[[Any, str], Any]:
    kind = str(variable.get("type") or "").lower()
    if kind in NUMBERS:
        return _read_number
    return _read_boolean if kind in BOOLEANS else _read_text


def _read_number(value: Any, field: str) -> int | float | str:
    """Return a number as it was written: documents keep numbers as text, and a script may count digits."""
    try:
        if isinstance(value, bool) or not math.isfinite(float(value)):
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise InvalidField(_("This must be a number."), field=field) from None
    return value.strip() if isinstance(value, str) else value


def _read_boolean(value: Any, field: str) -> bool:
    word = text_of(value).strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise InvalidField(_("This must be true or false."), field=field)
    return word in TRUE_WORDS


def _read_text(value: Any, _field: str) -> str | int | float | bool:
    return value if isinstance(value, str | int | float) else text_of(value)


def text_of(value: Any) -> str:
    """Return a value as a form or an environment shows it: text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def masked(variables: Iterable[Variable]) -> list[dict[str, Any]]:
    """Return variables as manifests and work items keep them: without the values of credentials."""
    return [
        {"name": variable.name, "value": "[secret]" if variable.secret else variable.value, "secret": variable.secret}
        for variable in variables
    ]
