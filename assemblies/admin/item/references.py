"""How a script refers to a variable, in the words of its language."""

import json
import re

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


def reference_to(name: str, assembly_type: str) -> str:
    """Return how to refer to the variable, or nothing where the language has no way to."""
    plain, other = WAYS[assembly_type]
    way = plain if _PLAIN_NAME.fullmatch(name) else other
    if assembly_type == AssemblyType.PYTHON:
        name = json.dumps(name, ensure_ascii=False)[1:-1]
    return way.replace("{}", name, 1) if name else ""
