"""Secrets that stand in a script as they are. What is told of one never contains it."""

import re
from collections.abc import Iterator

from assemblies.checking.report import MAX_TEXT_CHARACTERS, Fact

MASK = "•••"
RULE = "plain-secrets"
# Each with what may be told in group `told` and the secret itself in group `secret`.
_NAMES = r"pass(?:word|wd|phrase)?|pwd|secret|api_?-?key|access_?-?key|auth_?-?token|access_?token|client_?secret|token"
_PATTERNS = [
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?P<told>(?<![A-Za-z])[\w$:.-]{{0,40}}(?:{_NAMES})[\w\"'\]]{{0,12}}\s{{0,9}}(?:[:=]|=>)\s{{0,9}})"
        r"(?P<quote>[\"'])(?P<secret>[^\"'\s{}$%<>]{6,200})(?P=quote)",
        rf"(?P<told>^[ \t]*(?:export\s+|set\s+|- )?\w{{0,40}}(?:{_NAMES})[ \t]{{0,9}}[:=][ \t]{{0,9}})"
        r"(?P<secret>(?=\S{0,60}\d)[^\"'\s{}$%<>()\[\],;`]{8,200})[ \t]*$",
        r"(?P<told>ConvertTo-SecureString\s+(?:-String\s+)?)[\"'](?P<secret>[^\"'$]{4,200})[\"'].{0,60}-AsPlainText",
        r"(?P<told>\b(?:curl|wget)\b.{0,200}\s(?:-u|--user|--password)[ =][\"']?(?:[\w.@-]{0,60}:)?)"
        r"(?P<secret>[^\s\"'${}:]{6,200})",
        r"(?P<told>\bnet1?\s+use\s.{0,120}/user:\S{1,60}\s+)(?P<secret>[^\s\"'%$/*]{4,100})",
        r"(?P<told>\bnet1?\s+user\s+\S{1,60}\s+)(?P<secret>[^\s\"'%$/*|>&]{4,100})(?=.{0,60}/add)",
        r"(?P<told>\b[a-z][a-z0-9+.-]{1,12}://[^\s:/@\"'$%{}]{1,60}:)(?P<secret>[^\s:/@\"'$%{}]{3,100})(?=@)",
        r"(?P<told>\bsshpass\s+-p\s{0,3})[\"']?(?P<secret>[^\s\"'$]{3,100})",
    )
]
# Forms that are secrets wherever they stand.
_FORMS = re.compile(
    r"\b(?P<told>AKIA|ASIA|ghp_|gho_|ghu_|ghs_|ghr_|github_pat_|glpat-|xox[abposr]-|sk_live_|rk_live_|AIza|npm_|SG\.|hf_)"
    r"(?P<secret>[A-Za-z0-9_.-]{16,255})"
)
_KEY = re.compile(r"-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY-----")
# What stands for a secret and is none.
_PLACEHOLDER = re.compile(
    r"(?:your|my|the|some|change|enter|insert|replace|put|add)[-_ ]?\w*|x{3,}|\*+|\.{2,}|(?:pass(?:word|wd)?|secret"
    r"|token|(?:api|access)[-_]?key|none|null|true|false|string|secure_?string|example\w*|placeholder|todo|required|optional|"
    r"prompt|read-host|hidden|redacted|dummy|sample|test)[-_\w]{0,3}",
    re.I,
)
# Without any of them there is no secret but by its form.
_WORDS_NEAR = ("pass", "pwd", "secret", "key", "token", "convertto", "curl", "wget", "net", "://")
MAX_LINE_CHARACTERS = 2000


def find_secrets(text: str) -> Iterator[Fact]:
    """Yield each secret of a text, comments included, where it stands first."""
    for number, line in enumerate(text.split("\n"), 1):
        for start in range(0, len(line), MAX_LINE_CHARACTERS):
            yield from _in_piece(line[start : start + MAX_LINE_CHARACTERS], number)


def masked(text: str) -> str:
    """Return a short text without the secrets that it holds."""
    for pattern in (_FORMS, *(_PATTERNS if _may_tell(text) else ())):
        text = pattern.sub(_without_secret, text)
    return text


def _may_tell(text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in _WORDS_NEAR)


def _without_secret(found: re.Match[str]) -> str:
    start, end = found.span("secret")
    return f"{found[0][: start - found.start()]}{MASK}{found[0][end - found.start() :]}"


def _in_piece(piece: str, number: int) -> Iterator[Fact]:
    if found := _KEY.search(piece):
        yield Fact(RULE, number, found[0])
    for found in _FORMS.finditer(piece):
        yield _fact(found, number)
    if not _may_tell(piece):
        return
    for pattern in _PATTERNS:
        for found in pattern.finditer(piece):
            if not _PLACEHOLDER.fullmatch(found["secret"]):
                yield _fact(found, number)
                break


def _fact(found: re.Match[str], number: int) -> Fact:
    told = " ".join(found["told"].split())[-MAX_TEXT_CHARACTERS // 2 :]
    return Fact(RULE, number, f"{told}{MASK}")
