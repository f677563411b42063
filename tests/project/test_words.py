"""Private words that code, papers and interface once used for what has a name, and that shall not return."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
KINDS = ("*.py", "*.html", "*.md", "*.js", "*.css", "*.po", "*.toml")
# What others wrote, or was written for others, or is history; and this list.
LEFT_OUT = (
    "assemblies/official/bundled/",
    "tests/official/test_bundled_bash.py",
    "assemblies/demo/content/",
    "/migrations/",
    "CHANGELOG",
    "LICENSE",
)
NAMES: Mapping[str, str] = {
    r"(?:LONGEST|MOST|LARGEST|DEEPEST|FEW)_[A-Z]\w*": "MAX_…",
    r"(?:FEWEST|LEAST|SMALLEST)_[A-Z]\w*": "MIN_…",
    r"(?:[Aa]sker|Bearer\.of_\w+|asker_of|standing_of|bearer_of)": "Principal, principal_of",
    r"proved_lately": "authenticated_recently",
    r"settled|settle_\w+": "stamped, or what it does",
    r"Occasion": "AnnotationTransaction",
}
PROSE: Mapping[str, str] = {
    r"whoever": "anyone who, the caller, the user",
    r"besides?": "next to, alongside, in addition to",
    r"mend(?:s|ed|ing)?": "repair",
    r"anew": "again, rebuild, reload",
    r"lately": "recently",
    r"knock(?:s|ed)?": "attempt",
    r"look-ups?": "query",
    r"asked for": "requested",
    r"had by|is had|to be had": "obtain, available",
    r"shel(?:f|ves|ve|ved|ving)": "the official catalogue, the library; make_assembly",
    r"there is no such (?:thing|assembly|revision|domain)": "not found",
}
# Words that tests may use of people and of samples.
PROSE_OF_THE_PRODUCT: Mapping[str, str] = {
    r"strangers?": "unauthenticated request",
}


def texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *KINDS],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        path = PROJECT / name
        if path.exists() and path != Path(__file__).resolve() and not any(part in name for part in LEFT_OUT):
            yield name, path.read_text(encoding="utf-8")


def uses(pattern: re.Pattern[str], *, in_tests: bool) -> list[str]:
    return [
        f"{name}: {found[0]}"
        for name, text in texts()
        if in_tests or not name.startswith("tests/")
        for found in pattern.finditer(text)
    ]


@pytest.mark.parametrize(("word", "instead"), NAMES.items())
def test_a_name_that_was_replaced_does_not_return(word: str, instead: str) -> None:
    assert uses(re.compile(rf"\b_?(?:{word})\b"), in_tests=True) == [], f"say {instead}"


@pytest.mark.parametrize(("word", "instead"), PROSE.items())
def test_a_private_word_does_not_return(word: str, instead: str) -> None:
    assert uses(re.compile(rf"(?<![a-z])(?:{word})(?![a-z])", re.IGNORECASE), in_tests=True) == [], f"say {instead}"


@pytest.mark.parametrize(("word", "instead"), PROSE_OF_THE_PRODUCT.items())
def test_nor_does_one_that_tests_may_use(word: str, instead: str) -> None:
    assert uses(re.compile(rf"(?<![a-z])(?:{word})(?![a-z])", re.IGNORECASE), in_tests=False) == [], f"say {instead}"


def test_what_should_not_be_there_would_be_found() -> None:
    assert uses(re.compile(r"\bprincipal_of\b"), in_tests=False)
