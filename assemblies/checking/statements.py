"""A script's code in statements: without comments, continued lines and the parts of a playbook's task together.

Lines tell, not a parser: a quote that never closes must not hide what comes after it. What looks like code within a
text of several lines is therefore code, and a comment is one whose line, or whose rest of the line, is nothing else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from assemblies.domains import AssemblyType

MAX_STATEMENT_CHARACTERS = 4000
# A long statement is read in pieces, each of which begins with the end of the one before.
_OVERLAP = 400
# Comments and texts of several lines that say what a script does. What is never closed reaches to the end.
_BLOCKS = {
    AssemblyType.POWERSHELL: re.compile(r"(?:^|(?<=[\s;{}()]))<#.*?(?:#>|\Z)", re.S | re.M),
    AssemblyType.PYTHON: re.compile(r"^[ \t]*[rRuU]?(\"\"\"|''').*?(?:\1|\Z)", re.S | re.M),
}
_HASH = re.compile(r"^[ \t]*#(?!!).*|(?<=[ \t;])#[^\"'`\n]*$", re.M)
_REMARK = re.compile(r"^[ \t]*@?(?:rem\b|::).*", re.I | re.M)
_COMMENTS = {AssemblyType.BATCH: _REMARK}
_BACKSLASH = re.compile(r"\\\n")
_CONTINUED = {
    AssemblyType.POWERSHELL: re.compile(r"`[ \t]*\n|(?<=[|,])[ \t]*\n"),
    AssemblyType.BATCH: re.compile(r"\^\n"),
}
_TASK = re.compile(r"\n(?=[ \t]{0,20}- )")
_LINE = re.compile(r"\n")
# What stands for a line end within a statement, so that lines can be counted; scripts have none of it.
_JOINT = "\x00"


@dataclass(frozen=True)
class Statement:
    """One statement, without line ends; `line` is where it begins. `joints` are the places of ends of lines in it."""

    text: str
    line: int
    joints: tuple[int, ...] = ()

    @cached_property
    def lowered(self) -> str:
        return self.text.lower()

    def line_of(self, place: int) -> int:
        """Return the line that a place in the text stands on."""
        return self.line + sum(joint < place for joint in self.joints)


def code_of(assembly_type: AssemblyType, text: str) -> str:
    """Return the text with comments blanked; its lines stay where they are."""
    block = _BLOCKS.get(assembly_type)
    if block is not None:
        text = block.sub(lambda found: "\n" * found[0].count("\n"), text)
    return _COMMENTS.get(assembly_type, _HASH).sub("", text)


def statements_of(assembly_type: AssemblyType, code: str) -> Iterator[Statement]:
    """Yield the statements of code in order, long ones in pieces."""
    is_playbook = assembly_type is AssemblyType.ANSIBLE
    joined = code if is_playbook else _CONTINUED.get(assembly_type, _BACKSLASH).sub(_JOINT, code)
    line = 1
    for whole in (_TASK if is_playbook else _LINE).split(joined):
        lines = whole.count("\n") + whole.count(_JOINT)
        if whole.strip():
            yield from _pieces(whole, line)
        line += lines + 1


def _pieces(whole: str, line: int) -> Iterator[Statement]:
    start = 0
    while True:
        piece = whole[start : start + MAX_STATEMENT_CHARACTERS]
        joints = tuple(place for place, character in enumerate(piece) if character in "\n\x00")
        yield Statement(piece.replace("\n", " ").replace(_JOINT, " "), line, joints)
        start += MAX_STATEMENT_CHARACTERS - _OVERLAP
        if start + _OVERLAP >= len(whole):
            return
        line += sum(joint < MAX_STATEMENT_CHARACTERS - _OVERLAP for joint in joints)
