"""Which programs of this machine run which language, and the command each takes."""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from .ansible import find_inventory, playbook_command
from .environment import is_own_environment, search_path
from .errors import InterpreterMissing
from .order import Language
from .shebang import Shebang, find_shebang, repaired

SCRIPT_NAMES = {
    Language.POWERSHELL: "script.ps1",
    Language.BATCH: "script.cmd",
    Language.BASH: "script.sh",
    Language.PYTHON: "script.py",
    Language.ANSIBLE: "playbook.yml",
}
_FAMILIES = {Language.BASH: r"(ba|da|k|z)?sh", Language.PYTHON: r"python[\d.]*"}


def find_interpreters(*, as_account: bool = False) -> dict[Language, str]:
    """The program for each language that this machine can run, as the worker or as another account."""
    path = search_path(dict(os.environ), as_account=as_account)
    found = {language: _program(language, path) for language in Language}
    return {language: program for language, program in found.items() if program}


def runnable(language: Language, script: bytes) -> bytes:
    """The bytes that are run: `script`, or with its line ends repaired where its `#!` line would not work otherwise."""
    return repaired(script) if language in _FAMILIES else script


def command_for(
    language: Language,
    script: Path,
    content: bytes,
    files: list[str],
    values: Path,
    path: str,
    *,
    arguments: Sequence[str] = (),
) -> list[str]:
    """The command that runs a script lying in its directory, its interpreter given `arguments` of its own.

    Raises InterpreterMissing.
    """
    shebang = find_shebang(content) if language in _FAMILIES else None
    if shebang and (named := _named_by(shebang, path)):
        return [*named, *arguments, str(script)]
    if shebang and not re.fullmatch(_FAMILIES[language], shebang.interpreter.rpartition("/")[2]):
        raise InterpreterMissing(f"This machine has no {shebang.interpreter}, which the script's first line names.")
    program = _program(language, path)
    if program is None:
        raise InterpreterMissing(f"This machine has no program that runs {language.value} scripts.")
    if language is Language.ANSIBLE:
        playbook = playbook_command(program, str(script), str(values), find_inventory(files))
        return [*playbook[:1], *arguments, *playbook[1:]]
    return [
        program,
        *_switches(language, arguments),
        f".\\{script.name}" if language is Language.BATCH else str(script),
    ]


def _switches(language: Language, arguments: Sequence[str]) -> list[str]:
    """The arguments before the script's name. What follows `-File` and `/C` is the script's."""
    match language:
        case Language.POWERSHELL:
            policy = ["-ExecutionPolicy", "Bypass"] if sys.platform == "win32" else []
            return ["-NoLogo", "-NoProfile", "-NonInteractive", *policy, *arguments, "-File"]
        case Language.BATCH:
            # /D: no commands of the registry's AutoRun before the script's own.
            return ["/D", *arguments, "/C"]
        case _:
            return list(arguments)


def _named_by(shebang: Shebang, path: str) -> list[str] | None:
    """The command of a `#!` line whose program is there and is not the library's own."""
    program = shutil.which(shebang.interpreter, path=path)
    if sys.platform == "win32" or program is None or is_own_environment(program):
        return None
    return shebang.command if os.access(shebang.program, os.X_OK) else None


def _program(language: Language, path: str) -> str | None:
    names = {
        Language.POWERSHELL: ["pwsh", "powershell"],
        Language.BATCH: ["cmd"] if sys.platform == "win32" else [],
        # On Windows `bash` starts another machine, and `python3` may open the shop.
        Language.BASH: [] if sys.platform == "win32" else ["bash"],
        Language.PYTHON: ["py", "python"] if sys.platform == "win32" else ["python3"],
        Language.ANSIBLE: [] if sys.platform == "win32" else ["ansible-playbook"],
    }
    programs = (shutil.which(name, path=path) for name in names[language])
    return next((program for program in programs if program and "WindowsApps" not in program), None)
