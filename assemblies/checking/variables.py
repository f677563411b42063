"""Variables that a script reads and its assembly does not declare, and variables that nothing in a script names.

A script's own variables, what its interpreter sets and what every machine has are none of them.
"""

import re
from collections.abc import Iterable, Iterator

from assemblies.checking.references import environment_name, find_references
from assemblies.checking.report import Finding, Severity
from assemblies.checking.subject import Subject
from assemblies.domains import AssemblyType

_EVERYWHERE = "HOME HOSTNAME LANG LOGNAME PATH PWD SHELL TERM TEMP TMP TMPDIR TZ USER"
_OF_SHELLS = (
    "BASH COLUMNS COMP_CWORD COMP_WORDS DIRSTACK DISPLAY EDITOR EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS "
    "HISTFILE HOSTTYPE IFS LINENO LINES MACHTYPE MAIL MAPFILE OLDPWD OPTARG OPTERR OPTIND OSTYPE PIPESTATUS PPID "
    "PS1 PS2 PS4 RANDOM READLINE_LINE REPLY SECONDS SHELLOPTS SHLVL SRANDOM SSH_CLIENT SSH_CONNECTION SSH_TTY "
    "SUDO_COMMAND SUDO_GID SUDO_UID SUDO_USER UID VISUAL"
)
_OF_WINDOWS = (
    "ALLUSERSPROFILE APPDATA CD CMDCMDLINE COMMONPROGRAMFILES COMPUTERNAME COMSPEC DATE ERRORLEVEL FIRMWARE_TYPE "
    "HOMEDRIVE HOMEPATH HOMESHARE LOCALAPPDATA LOGONSERVER NUMBER_OF_PROCESSORS ONEDRIVE OS PATHEXT "
    "PROCESSOR_ARCHITECTURE PROCESSOR_ARCHITEW6432 PROCESSOR_IDENTIFIER PROCESSOR_LEVEL PROCESSOR_REVISION "
    "PROGRAMDATA PROGRAMFILES PROGRAMW6432 PSMODULEPATH PUBLIC RANDOM SESSIONNAME SYSTEMDRIVE SYSTEMROOT TIME "
    "USERDNSDOMAIN USERDOMAIN USERDOMAIN_ROAMINGPROFILE USERNAME USERPROFILE WINDIR"
)
_KNOWN = frozenset(f"{_EVERYWHERE} {_OF_SHELLS} {_OF_WINDOWS}".split())
_KNOWN_PREFIXES = ("BASH_", "LC_", "XDG_", "COMMONPROGRAMFILES", "PROGRAMFILES", "GITHUB_", "CI_")
# What Ansible has by itself, and the words of its expressions.
_OF_ANSIBLE = frozenset(
    "ansible environment false group_names groups hostvars inventory_dir inventory_file inventory_hostname "
    "inventory_hostname_short item lookup none not now omit play_hosts playbook_dir query range role_name role_path "
    "true undef vars".upper().split()
)
# With any of these, more variables come from files that are not here.
_SOURCED = re.compile(r"^[ \t]*(?:source|\.)[ \t]+\S|\beval\b", re.M)
_FROM_ELSEWHERE = re.compile(
    r"\b(?:roles|vars_files|include_vars|import_role|include_role|include_tasks|import_tasks)\b"
)
_ASSIGNED = {
    AssemblyType.POWERSHELL: re.compile(
        r"\$env:(\w{1,64})\s{0,20}\+?=(?!=)|SetEnvironmentVariable\(\s*[\"'](\w{1,64})", re.I
    ),
    AssemblyType.BATCH: re.compile(
        r"\bset\s+(?:/[ap]\s+)?\"?([A-Za-z_]\w{0,63})\s*[-+*/%]?=|\bfor\b[^\n]{0,200}?%%(\w)\s+in\b"
        r"|[&,\"]\s*([A-Za-z_]\w{0,63})\s*[-+*/]?=",
        re.I,
    ),
    AssemblyType.BASH: re.compile(
        r"(?:^|[\s;&|({\"'`])([A-Za-z_]\w{0,63})(?:\[[^]\n]{0,80}\])?\+?=|\bfor\s+\(*\s*([A-Za-z_]\w{0,63})"
        r"|\bselect\s+(\w{1,64})\s+in\b",
        re.M,
    ),
    AssemblyType.PYTHON: re.compile(r"environ\[[\"'](\w{1,64})[\"']\]\s*=(?!=)|\bsetdefault\([\"'](\w{1,64})[\"']"),
    AssemblyType.ANSIBLE: re.compile(
        r"^[ \t]*(?:- )?(?:(?:register|name|loop_var|index_var)[ \t]*:[ \t]*[\"']?(\w{1,64})"
        r"|[\"']?([A-Za-z_]\w{0,63})[\"']?[ \t]*:)|\{%-?\s*(?:set|for)\s+(\w{1,64})(?:\s*,\s*(\w{1,64}))?",
        re.M,
    ),
}  # fmt: skip
# Builtins of a shell that set each of the names after them.
_SETTERS = re.compile(
    r"\b(?:read|readarray|mapfile|declare|typeset|local|export|readonly|getopts|printf\s+-v)\b([^\n;|&<]{0,300})"
)
_NAME = re.compile(r"(?<![\w$-])([A-Za-z_]\w{0,63})")


def find_undeclared(subject: Subject, code: str) -> Iterator[Finding]:
    """Yield, where each stands first, the variables that are read, set nowhere in the script and not declared."""
    if subject.assembly_type is AssemblyType.ANSIBLE and _FROM_ELSEWHERE.search(code):
        return
    may_come_from_files = subject.assembly_type is AssemblyType.BASH and _SOURCED.search(code) is not None
    known = {*_assigned(subject.assembly_type, code), *map(environment_name, subject.variables)}
    for name, line, does_without in find_references(subject.assembly_type, code):
        if name.upper() in known or _is_known_everywhere(subject.assembly_type, name):
            continue
        known.add(name.upper())
        severity = Severity.INFO if does_without or may_come_from_files else Severity.WARNING
        words = f"The script reads {name}, which the assembly does not declare as a variable."
        yield Finding("undeclared-variable", severity, line, words)


def find_unused(subject: Subject, code: str) -> Iterator[Finding]:
    """Yield the declared variables that nothing in the script names; files next to it may."""
    if subject.has_files or not subject.variables:
        return
    words = set(re.findall(r"\w+", code.replace("-", "_").casefold()))
    for name in dict.fromkeys(subject.variables):
        spellings = {name.replace("-", "_").casefold(), environment_name(name).casefold()}
        if not spellings & words and name not in code:
            words_for_people = f"The variable {name} is declared, and the script never names it."
            yield Finding("unused-variable", Severity.INFO, 0, words_for_people)


def _assigned(assembly_type: AssemblyType, code: str) -> Iterator[str]:
    names: Iterable[str] = (
        name for found in _ASSIGNED[assembly_type].finditer(code) for name in found.groups() if name
    )
    yield from (name.upper() for name in names)
    if assembly_type is AssemblyType.BASH:
        yield from (name.upper() for found in _SETTERS.finditer(code) for name in _NAME.findall(found[1]))


def _is_known_everywhere(assembly_type: AssemblyType, name: str) -> bool:
    upper = name.upper()
    if assembly_type is AssemblyType.ANSIBLE:
        return upper in _OF_ANSIBLE or upper.startswith("ANSIBLE_")
    return upper in _KNOWN or upper.startswith(_KNOWN_PREFIXES)
