"""What a playbook needs next to it: values that are never templated, and an inventory."""

import json
import re
from collections.abc import Iterable

from .errors import AmbiguousInventory
from .variables import Value, Variable

_INVENTORY = re.compile(r"(inventory|hosts)(\.(ini|cfg|ya?ml|json))?", re.IGNORECASE)


def values_file(variables: Iterable[Variable]) -> bytes:
    """The values as YAML. Text is tagged `!unsafe`: untagged, a value `{{ lookup('pipe', …) }}` runs a command."""
    # Names in quotes: YAML 1.1 takes `on` and `no` for booleans.
    lines = [f'"{variable.name}": {_scalar(variable.value)}\n' for variable in variables]
    return ("---\n" + ("".join(lines) or "{}\n")).encode("ascii")


def find_inventory(names: Iterable[str]) -> str | None:
    """The attached file that is the inventory. Raises AmbiguousInventory."""
    inventories = sorted(name for name in names if _INVENTORY.fullmatch(name))
    if len(inventories) > 1:
        raise AmbiguousInventory(" and ".join(inventories) + " could both be the inventory.", field="files")
    return inventories[0] if inventories else None


def playbook_command(program: str, playbook: str, values: str, inventory: str | None) -> list[str]:
    """Without an inventory the playbook runs on this machine only."""
    place = ["-i", inventory] if inventory else ["-i", "localhost,", "--connection", "local"]
    return [program, *place, "--extra-vars", f"@{values}", playbook]


def playbook_environment(temporary: str, python: str | None, inventory: str | None) -> dict[str, str]:
    """On this machine modules run in the system's Python: left alone, Ansible may choose any that it finds."""
    environment = {"ANSIBLE_LOCAL_TEMP": temporary, "ANSIBLE_RETRY_FILES_ENABLED": "0"}
    if inventory is None:
        environment |= {"ANSIBLE_REMOTE_TEMP": temporary}
        if python:
            environment |= {"ANSIBLE_PYTHON_INTERPRETER": python}
    return environment


def _scalar(value: Value) -> str:
    if not isinstance(value, str):
        # YAML 1.1 takes 1e+22 for text.
        return re.sub(r"^(-?\d+)e", r"\1.0e", json.dumps(value))
    # Escapes for all but plain ASCII: YAML readers reject some raw characters, and JSON's surrogate pairs mean others.
    return '!unsafe "' + "".join(_escaped(character) for character in value) + '"'


def _escaped(character: str) -> str:
    return character if " " <= character <= "~" and character not in '"\\' else f"\\U{ord(character):08x}"
