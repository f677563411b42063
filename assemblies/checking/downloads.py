"""Files that a script downloads and later runs: two statements that name one file."""

import re
from collections.abc import Iterable, Iterator

from assemblies.checking.report import MAX_TEXT_CHARACTERS, Fact
from assemblies.checking.statements import Statement

RULE = "downloads-and-runs"
MAX_FILES = 50
_FETCHES = re.compile(
    r"\b(?:curl|wget|aria2c|certutil|bitsadmin|Invoke-WebRequest|iwr|Invoke-RestMethod|irm|Start-BitsTransfer"
    r"|DownloadFile|DownloadFileAsync|urlretrieve|get_url|win_get_url)\b",
    re.I,
)
_WORDS = tuple(
    "curl wget aria2c certutil bitsadmin invoke-webrequest iwr irm restmethod bits download urlretrieve get_url".split()
)
_WORD = r"[\"']?(?P<{}>[^\s\"',;)|]{{2,200}})"
# Where what is fetched goes: after an option, as a second argument, or under the name it has in its address.
_TARGETS = re.compile(
    r"(?:\s-(?:o|O|OutFile|Output|Destination)\s+|\s--output(?:-document)?[ =]|\bdest\s*[:=]\s*|\s>\s*)"
    + _WORD.format("file")
    + r"|\b(?:DownloadFile(?:Async)?|urlretrieve)\([^,)]{1,300},\s*"
    + _WORD.format("argument")
    + r"|https?://[^\s\"'|;)]{1,300}/(?P<address>[\w.%+-]{1,120}\.\w{1,8})(?=[\s\"'|;)]|\Z)",
    re.I,
)
# Words of PowerShell mean one thing wherever they stand; others are commands at the beginning of one.
_RUNS = re.compile(
    r"\b(?:Start-Process|Invoke-Item|Invoke-Expression|Start-Job|Add-AppxPackage|subprocess\.\w+|os\.system|msiexec|wusa"
    r"|rundll32|regsvr32)\b|(?:^|[;&|({=`\"']|\b(?:then|do|else|sudo|/c))\s{0,40}(?:&|\./|(?:call|start|sudo|exec|source|bash"
    r"|sh|zsh|python\d?|perl|chmod\s+\S*[x7]\S*|installer|dpkg|rpm|apt(?:-get)?\s+install|(?:yum|dnf)\s+(?:local)?install"
    r")\s)|\b(?:win_)?(?:shell|command|package|raw|script):",
    re.I,
)


class Downloads:
    """The files that statements fetched so far."""

    def __init__(self) -> None:
        self._files: dict[str, re.Pattern[str]] = {}

    def read(self, statement: Statement) -> Iterator[Fact]:
        """Yield whether a statement runs what an earlier one, or it itself, fetched."""
        text = statement.text
        if self._files and (run := _RUNS.search(text) or _begins_with(text, self._files)):
            for name, pattern in self._files.items():
                if pattern.search(text, 0 if run.start() == 0 else run.start()):
                    words = f"{name}: {' '.join(text.split())}"
                    yield Fact(RULE, statement.line_of(run.end()), words[:MAX_TEXT_CHARACTERS])
                    break
        if any(word in statement.lowered for word in _WORDS) and _FETCHES.search(text) and len(self._files) < MAX_FILES:
            for name in _targets(text):
                self._files.setdefault(name, re.compile(rf"(?<![\w$]){re.escape(name)}(?!\w)", re.I))


def _begins_with(text: str, names: Iterable[str]) -> re.Match[str] | None:
    """A statement that is the file itself, as batch files and shells run it."""
    for name in names:
        if found := re.match(
            rf"\s{{0,40}}[\"']?[^\s\"'|=]{{0,120}}{re.escape(name)}[\"']?(?:\s+[^=\s]|\s*\Z)", text, re.I
        ):
            return found
    return None


def _targets(text: str) -> Iterator[str]:
    for found in _TARGETS.finditer(text):
        whole = found["file"] or found["argument"] or found["address"]
        # A folder may be spelt in several ways; its last part stays the same.
        name = re.split(r"[\\/]", whole)[-1] or whole
        if len(name) > 2 and not name.startswith(("&", "/dev", "-")):
            yield name
