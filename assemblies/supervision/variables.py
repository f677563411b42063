"""Variables of a run: which name each has in the environment, and which names and values are rejected.

Pure functions, so that a run is held to the rules before anything is queued. The names rejected here would
let the person who fills in a value choose which code an interpreter loads.
"""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from .errors import (
    DuplicateVariableName,
    ForbiddenVariableName,
    ForbiddenVariableValue,
    InvalidVariableName,
    VariableTooLong,
)

Value: TypeAlias = str | int | float | bool

# What Windows carries in one variable; Linux carries four times as much.
MAX_VARIABLE_CHARACTERS = 32_000
# A quarter of the usual stack is what Linux carries in all; beyond it no program starts.
MAX_VARIABLES_CHARACTERS = 1_000_000

_FORBIDDEN_NAMES = frozenset(
    "PATH ENV IFS PS4 SHELLOPTS PSMODULEPATH GCONV_PATH LOCPATH NODE_OPTIONS RUBYOPT RUBYLIB COMSPEC PATHEXT "
    "SYSTEMROOT WINDIR".split()
)
_FORBIDDEN_PREFIXES = ("LD_", "DYLD_", "BASH", "PYTHON", "PERL5", "ANSIBLE_", "GLIBC_", "BOREALIS_")
# What credentials of a playbook are called; other `ansible_…` names choose programs and connections.
_ANSIBLE_CREDENTIALS = frozenset("ansible_user ansible_password ansible_become_user ansible_become_password".split())
_BATCH_ACTS_UPON = re.compile(r'["%&|<>^!\r\n]')


@dataclass(frozen=True)
class Variable:
    """One resolved variable. A secret's value is masked wherever the script prints it."""

    name: str
    value: Value = field(repr=False)
    secret: bool = False

    @property
    def text(self) -> str:
        """The value as an environment carries it: text as it is, numbers and booleans as JSON writes them."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value)


def environment_name(name: str) -> str:
    """Upper case, with `_` for everything but ASCII letters and digits. Raises ForbiddenVariableName."""
    if not name:
        raise InvalidVariableName("A variable needs a name.")
    given = re.sub(r"[^A-Za-z0-9]", "_", name).upper()
    # A credential's ANSIBLE_ name reaches a values file, never an environment.
    if given in _FORBIDDEN_NAMES or (given.startswith(_FORBIDDEN_PREFIXES) and name not in _ANSIBLE_CREDENTIALS):
        raise ForbiddenVariableName(field=name)
    return given


def environment_of(variables: Iterable[Variable]) -> dict[str, str]:
    """The variables by the name a script reads them under.

    Raises ForbiddenVariableName, DuplicateVariableName, ForbiddenVariableValue or VariableTooLong, naming the variable.
    """
    environment: dict[str, str] = {}
    owners: dict[str, str] = {}
    for variable in variables:
        name = environment_name(variable.name)
        if name in owners:
            raise DuplicateVariableName(f"{owners[name]} is {name} in the environment, too.", field=variable.name)
        owners[name] = variable.name
        environment[name] = _carried(variable)
    if sum(len(name) + len(text) for name, text in environment.items()) > MAX_VARIABLES_CHARACTERS:
        raise VariableTooLong("All values together are longer than an environment can carry.")
    return environment


def check_batch_values(variables: Iterable[Variable]) -> None:
    """`cmd` parses a line after it has put values in: a value could be a command. Raises ForbiddenVariableValue."""
    for variable in variables:
        if _BATCH_ACTS_UPON.search(variable.text):
            raise ForbiddenVariableValue(
                'A batch script takes no value with " % & | < > ^ ! or a line end.', field=variable.name
            )


def check_ansible_names(variables: Iterable[Variable]) -> None:
    """Names a playbook can read, and none that chooses a program. Raises InvalidVariableName, ForbiddenVariableName."""
    for variable in variables:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable.name):
            raise InvalidVariableName("A playbook reads names of letters, digits and _ only.", field=variable.name)
        if variable.name.startswith("ansible_") and variable.name not in _ANSIBLE_CREDENTIALS:
            raise ForbiddenVariableName(field=variable.name)


def _carried(variable: Variable) -> str:
    text = variable.text
    if isinstance(variable.value, float) and not math.isfinite(variable.value):
        raise ForbiddenVariableValue("A number must be finite.", field=variable.name)
    if "\0" in text or not _is_unicode(text):
        raise ForbiddenVariableValue("An environment carries neither NUL nor half characters.", field=variable.name)
    if len(text) > MAX_VARIABLE_CHARACTERS:
        raise VariableTooLong(field=variable.name)
    return text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
