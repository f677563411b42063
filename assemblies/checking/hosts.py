"""The hosts that a script names, to talk to them or to have something come from them."""

import re
from collections.abc import Iterator

from assemblies.checking.report import Fact
from assemblies.checking.statements import Statement

RULE = "hosts"
_NAMED = re.compile(
    r"\b(?:https?|ftps?|sftp|wss?|ldaps?|ssh|git|smb)://(?:[^\s/@\"'`]{1,100}@)?(?P<url>[\w.$%{}\[\]:()-]{1,253})"
    r"|(?<![\w\\:*.])\\\\(?P<share>[A-Za-z0-9$%{}][\w.$%{}-]{1,252})\\[\w$%{}]"
    r"|\b(?:ssh|scp|sftp|rsync)\s(?:[^\n|;]{0,160}?\s)?[\w.$%{}-]{1,60}@(?P<remote>[\w.$%{}-]{1,253})",
    re.I,
)
_WORDS = ("://", "\\\\", "@")
_PORT = re.compile(r":\d*\Z")
_END = ".,:;)('}\""
# This machine, and names of formats that nobody talks to.
_NOBODY = re.compile(
    r"localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0|schemas\.(?:microsoft|xmlsoap|openxmlformats)\.(?:com|org)"
    r"|(?:www\.)?w3\.org",
    re.I,
)


def find_hosts(statement: Statement) -> Iterator[Fact]:
    """Yield each host of one statement."""
    if not any(word in statement.lowered for word in _WORDS):
        return
    for found in _NAMED.finditer(statement.text):
        named = found["url"] or found["share"] or found["remote"]
        host = _PORT.sub("", named.rstrip(_END)).rstrip(_END)
        host = host if host.count("{") == host.count("}") else f"{host}}}"
        if host and not _NOBODY.fullmatch(host):
            yield Fact(RULE, statement.line_of(found.start()), host.lower())
