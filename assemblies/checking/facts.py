"""What a script does, from its words alone: nothing is executed, and what a script hides well is not found."""

from collections.abc import Iterator, Sequence

from assemblies.checking.downloads import Downloads
from assemblies.checking.fact_patterns import FactPattern, patterns_for
from assemblies.checking.hosts import find_hosts
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
