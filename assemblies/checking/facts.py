"""What a script does, from its words alone: nothing is executed, and what a script hides well is not found."""

import re
from collections.abc import Iterator, Sequence

from assemblies.checking.downloads import Downloads
from assemblies.checking.fact_patterns import FactPattern, patterns_for
from assemblies.checking.report import MAX_TEXT_CHARACTERS, Fact
from assemblies.checking.secrets import find_secrets, masked
from assemblies.checking.statements import Statement, statements_of
from assemblies.checking.subject import Subject
from assemblies.documents.hidden_characters import undistorted


def find_facts(subject: Subject, code: str) -> Iterator[Fact]:
    """Yield the facts of a script; `code` is its text without comments."""
    downloads = Downloads()
    patterns = patterns_for(subject.assembly_type, code.lower())
    for statement in statements_of(subject.assembly_type, code):
        for fact in _of_statement(statement, patterns, downloads):
            yield Fact(fact.rule, fact.line, undistorted(masked(fact.text)))
    yield from find_secrets(subject.plain_text)


def _of_statement(statement: Statement, patterns: Sequence[FactPattern], downloads: Downloads) -> Iterator[Fact]:
    text, lowered = statement.text, statement.lowered
    for pattern in patterns:
        if any(word in lowered for word in pattern.words) and (found := pattern.expression.search(text)):
            words = " ".join(found[0].split())
            yield Fact(pattern.rule, statement.line_of(found.start()), words[:MAX_TEXT_CHARACTERS])
    yield from find_hosts(statement)
    yield from downloads.read(statement)


HOSTS = "hosts"
_NAMED_HOST = re.compile(
    r"\b(?:https?|ftps?|sftp|wss?|ldaps?|ssh|git|smb)://(?:[^\s/@\"'`]{1,100}@)?(?P<url>[\w.$%{}\[\]:()-]{1,253})"
    r"|(?<![\w\\:*.])\\\\(?P<share>[A-Za-z0-9$%{}][\w.$%{}-]{1,252})\\[\w$%{}]"
    r"|\b(?:ssh|scp|sftp|rsync)\s(?:[^\n|;]{0,160}?\s)?[\w.$%{}-]{1,60}@(?P<remote>[\w.$%{}-]{1,253})",
    re.I,
)
_HOST_WORDS = ("://", "\\\\", "@")
_PORT = re.compile(r":\d*\Z")
_HOST_END = ".,:;)('}\""
# This machine, and names of formats that nobody talks to.
_NOBODY = re.compile(
    r"localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0|schemas\.(?:microsoft|xmlsoap|openxmlformats)\.(?:com|org)"
    r"|(?:www\.)?w3\.org",
    re.I,
)


def find_hosts(statement: Statement) -> Iterator[Fact]:
    """Yield each host of one statement."""
    if not any(word in statement.lowered for word in _HOST_WORDS):
        return
    for found in _NAMED_HOST.finditer(statement.text):
        named = found["url"] or found["share"] or found["remote"]
        host = _PORT.sub("", named.rstrip(_HOST_END)).rstrip(_HOST_END)
        host = host if host.count("{") == host.count("}") else f"{host}}}"
        if host and not _NOBODY.fullmatch(host):
            yield Fact(HOSTS, statement.line_of(found.start()), host.lower())
