"""The `#!` line of a script: which program it names, and the repair that makes it work."""

import re
from dataclasses import dataclass

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Shebang:
    """`argument` is all that follows the program, as one, which is how Linux reads the line."""

    program: str
    argument: str

    @property
    def command(self) -> list[str]:
        return [self.program, self.argument] if self.argument else [self.program]

    @property
    def interpreter(self) -> str:
        """The program meant: `env` looks for another one."""
        if self.program.rpartition("/")[2] != "env":
            return self.program
        words = [word for word in self.argument.split() if not word.startswith("-") and "=" not in word]
        return words[0] if words else self.program


def find_shebang(script: bytes) -> Shebang | None:
    match = re.match(rb"#![ \t]*([^\s]+)[ \t]*([^\r\n]*)", script)
    if match is None:
        return None
    program, argument = (part.decode(errors="surrogateescape") for part in match.groups())
    return Shebang(program, argument.strip())


def repaired(script: bytes) -> bytes:
    """The script as it is run: without a byte order mark before `#!` and with plain line ends after it, or unchanged.

    A carriage return would be part of the interpreter's name. A script without a `#!` line stays as it is.
    """
    body = script.removeprefix(_BYTE_ORDER_MARK)
    if not body.startswith(b"#!"):
        return script
    first = body.split(b"\n", 1)[0]
    return body.replace(b"\r\n", b"\n") if first.endswith(b"\r") else body
