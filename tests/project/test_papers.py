"""What the documentation names is there: paths in the tree, pages and their headings. What there is, it names."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
TOP = {path.name for path in PROJECT.iterdir()}
# Paths of data at run time begin like a room, too.
AT_RUN_TIME = ("Assemblies/",)
# docs/security.md names tests without the folder that they are all in.
PLACES = (PROJECT, PROJECT / "tests")
# The changelog tells of what was.
HISTORY = "CHANGELOG.md"


def named_paths(text: str) -> set[str]:
    """Return what stands in backticks and begins with a folder or file of the top level."""
    words = re.findall(r"`([\w.*/-]+)`", text)
    return {word for word in words if "/" in word and word.split("/")[0] in TOP and not word.startswith(AT_RUN_TIME)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_every_path_it_names_exists(page: Path) -> None:
    if page.name == HISTORY:
        return
    named = sorted(named_paths(page.read_text()))
    assert [name for name in named if not any(place.glob(name.rstrip("/")) for place in PLACES)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_every_link_leads_to_a_page_and_its_heading(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", page.read_text()):
        place, _mark, heading = target.partition("#")
        path = (page.parent / place).resolve() if place else page
        if not path.exists() or (heading and heading not in headings(path)):
            broken.append(target)
    assert broken == []


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as repository hosts make them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_readme_names_every_command() -> None:
    _head, _title, rest = (PROJECT / "README.md").read_text().partition("\n## Commands\n")
    table, _next, _rest = rest.partition("\n## ")
    commands = {file.stem for file in (PROJECT / "assemblies" / "management" / "commands").glob("[a-z]*.py")}
    assert commands == set(re.findall(r"`(\w+)`", table))
