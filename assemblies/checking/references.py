"""How a script names a variable, in the words of its language: to be written, and to be found.

A variable reaches a script as an environment variable, in upper case and with `_` for what is no letter or digit; a
playbook by its own name.
"""

import json
import re
from collections.abc import Iterator

from assemblies.domains import AssemblyType

# Each way with `{}` for the name: of a plain name, and of one with other characters ("" where there is no way).
WAYS: dict[str, tuple[str, str]] = {
    AssemblyType.POWERSHELL: ("$env:{}", "${env:{}}"),
    AssemblyType.BATCH: ("%{}%", "%{}%"),
    AssemblyType.BASH: ("${}", ""),
    AssemblyType.PYTHON: ('os.environ["{}"]', 'os.environ["{}"]'),
    AssemblyType.ANSIBLE: ("{{ {} }}", ""),
    AssemblyType.WORKFLOW: ("{{ {} }}", ""),
}
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# Group `name` is a variable that is read, and `otherwise` is there where the script knows what to do without it.
_READ = {
    AssemblyType.POWERSHELL: re.compile(r"\$(?:env:(?P<name>\w{1,64})|\{env:(?P<braced>[^}\n]{1,64})\})", re.I),
    AssemblyType.BATCH: re.compile(r"%(?P<name>[A-Za-z_]\w{0,63})(?::[^%\n]{1,80})?%"),
    AssemblyType.BASH: re.compile(
        r"(?<!\\)\$(?:(?P<name>[A-Za-z_]\w{0,63})|\{[#!]?(?P<braced>[A-Za-z_]\w{0,63})(?P<otherwise>:?[-=?+])?)"
    ),
    AssemblyType.PYTHON: re.compile(
        r"\b(?:os\.)?(?:environ\[|(?P<otherwise>environ\.get\(|getenv\())\s{0,20}[rub]?[\"'](?P<name>\w{1,64})[\"']"
    ),
    AssemblyType.ANSIBLE: re.compile(r"\{\{-?\s{0,20}(?P<name>[A-Za-z_]\w{0,63})(?P<otherwise>[^{}\n]{0,200}default)?"),
}
# In a shell nothing is expanded between single quotes, nor in a text whose closing word is quoted at its beginning.
_QUOTED = re.compile(r"\\.|\"(?:[^\"\\]|\\.)*+(?:\"|\Z)|(?P<single>'[^']*+(?:'|\Z))", re.S)
_QUOTED_TEXT = re.compile(r"<<-?\s{0,9}(['\"])(\w{1,40})\1[^\n]*\n.*?(?:\n[ \t]*\2\b|\Z)", re.S)


def reference_to(name: str, assembly_type: str) -> str:
    """Return how to refer to the variable, or nothing where the language has no way to."""
    plain, other = WAYS[assembly_type]
    way = plain if _PLAIN_NAME.fullmatch(name) else other
    if assembly_type == AssemblyType.PYTHON:
        name = json.dumps(name, ensure_ascii=False)[1:-1]
    return way.replace("{}", name, 1) if name else ""


def find_references(assembly_type: AssemblyType, code: str) -> Iterator[tuple[str, int, bool]]:
    """Yield the name, the line, and whether the script does without it, of each variable that code reads."""
    code = _expanded(code) if assembly_type is AssemblyType.BASH else code
    for line, words in enumerate(code.split("\n"), 1):
        for found in _READ[assembly_type].finditer(words):
            groups = found.groupdict()
            yield groups["name"] or groups.get("braced") or "", line, bool(groups.get("otherwise"))


def _expanded(code: str) -> str:
    code = _QUOTED_TEXT.sub(_line_ends, code)
    return _QUOTED.sub(lambda found: found[0] if found["single"] is None else _line_ends(found), code)


def _line_ends(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def environment_name(name: str) -> str:
    """Return what a declared variable is called in the environment."""
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()
