"""What an assembly needs where it runs, and what its exit codes mean: keys of documents that are there only when set.

They are kept where unknown keys are, so a document without them means, and hashes to, what it always did. Written in a
shape that is not theirs, a key of a document stays as it is and means nothing; people's own writes are refused then.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from assemblies.documents.decoding import step
from assemblies.documents.fields import line, text
from assemblies.domains import ExitMeaning, OperatingSystem
from assemblies.errors import InvalidField

MAX_ACCOUNT_LENGTH = 104
MAX_ARGUMENTS = 20
MAX_ARGUMENT_LENGTH = 1000
MAX_EXIT_CODES = 100
# Windows has codes of 32 bits, which some write signed and others unsigned.
MIN_EXIT_CODE, MAX_EXIT_CODE = -(2**31), 2**32 - 1
_CODE = re.compile(r"0|-?[1-9][0-9]{0,9}", re.ASCII)
_VERSION = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){0,3}", re.ASCII)


def normalise_operating_systems(value: object, field: str = "operating_systems") -> list[str]:
    """The systems a script is for, each once, in the order of OperatingSystem; none means any."""
    chosen = _list(value, field, len(OperatingSystem))
    for index, word in enumerate(chosen):
        if not isinstance(word, str) or word not in OperatingSystem.values:
            words = ", ".join(OperatingSystem.values)
            raise InvalidField(f"This must be one of {words}.", field=step(field, index))
    return [system for system in OperatingSystem.values if system in chosen]


def normalise_run_as(value: object, field: str = "run_as") -> str:
    """`system` for the machine's own account, `user` for the person logged on, or the name of an account."""
    return "" if value is None or value == "" else line(value, field, MAX_ACCOUNT_LENGTH).strip()


def normalise_arguments(value: object, field: str = "interpreter_arguments") -> list[str]:
    """Arguments of the program that runs the script, before the script's name."""
    arguments = _list(value, field, MAX_ARGUMENTS)
    for index, argument in enumerate(arguments):
        at = step(field, index)
        if not text(argument, at, MAX_ARGUMENT_LENGTH) or "\0" in argument:
            raise InvalidField("This must be text that is not empty, without a NUL.", field=at)
    return arguments


def normalise_exit_codes(value: object, field: str = "exit_codes") -> dict[str, str]:
    """What exit codes mean, by the code in decimal digits: words of ExitMeaning."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidField('This must be an object such as {"3010": "reboot"}.', field=field)
    if len(value) > MAX_EXIT_CODES:
        raise InvalidField(f"There are more than {MAX_EXIT_CODES} exit codes.", field=field)
    for code, meaning in value.items():
        if not _CODE.fullmatch(code) or not MIN_EXIT_CODE <= int(code) <= MAX_EXIT_CODE:
            raise InvalidField("An exit code is a whole number of 32 bits.", field=field)
        if not isinstance(meaning, str) or meaning not in ExitMeaning.values:
            words = ", ".join(ExitMeaning.values)
            raise InvalidField(f"This must be one of {words}.", field=step(field, code))
    return {code: value[code] for code in sorted(value, key=int)}


def normalise_minimum_version(value: object, field: str = "minimum_version") -> str:
    """The lowest version of the interpreter that will do: numbers with dots, such as 5.1."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        raise InvalidField('This must be a version such as "5.1".', field=field)
    return value


RUN_FIELDS: dict[str, Callable[..., Any]] = {
    "operating_systems": normalise_operating_systems,
    "run_as": normalise_run_as,
    "interpreter_arguments": normalise_arguments,
    "exit_codes": normalise_exit_codes,
    "minimum_version": normalise_minimum_version,
}


class HowToRun:
    """The fields as properties of whatever has `extra`; empty where a document says nothing that can be understood."""

    extra: dict[str, Any]

    @property
    def operating_systems(self) -> list[str]:
        return list(_said(self.extra, "operating_systems"))

    @property
    def run_as(self) -> str:
        return str(_said(self.extra, "run_as"))

    @property
    def interpreter_arguments(self) -> list[str]:
        return list(_said(self.extra, "interpreter_arguments"))

    @property
    def exit_codes(self) -> dict[str, str]:
        return dict(_said(self.extra, "exit_codes"))

    @property
    def minimum_version(self) -> str:
        return str(_said(self.extra, "minimum_version"))

    @property
    def further_fields(self) -> dict[str, Any]:
        """What else is in `extra`: unknown keys, and those whose value could not be understood."""
        return {key: value for key, value in self.extra.items() if not is_understood(key, value)}


def is_understood(key: str, value: object) -> bool:
    """Say whether a key of a document is one of these fields, and set."""
    if key not in RUN_FIELDS:
        return False
    try:
        return bool(RUN_FIELDS[key](value, key))
    except InvalidField:
        return False


def with_run_fields(extra: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return `extra` with these fields as given; one that is empty is taken out, one that says the same stays."""
    chosen = {name: fields[name] for name in RUN_FIELDS if name in fields and fields[name] != _said(extra, name)}
    kept = {key: value for key, value in extra.items() if key not in chosen}
    return kept | {name: value for name, value in chosen.items() if value}


def folded_into_extra(fields: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields by their names in a document with those of this room where they are kept.

    `extra` is what they are added to, unless `fields` has another one.
    """
    others = {name: value for name, value in fields.items() if name not in RUN_FIELDS}
    if len(others) == len(fields):
        return others
    return others | {"extra": with_run_fields(others.get("extra", extra), fields)}


def _said(extra: Mapping[str, Any], key: str) -> Any:
    try:
        return RUN_FIELDS[key](extra.get(key), key)
    except InvalidField:
        return RUN_FIELDS[key](None, key)


def _list(value: object, field: str, most: int) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidField("This must be a list.", field=field)
    if len(value) > most:
        raise InvalidField(f"There are more than {most} of them.", field=field)
    return value
