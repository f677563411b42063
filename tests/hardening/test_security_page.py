"""docs/security.md names tests that are there, and leaves no requirement out."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "security.md").read_text()
ASVS = PAGE[PAGE.index("## OWASP ASVS") :]
# How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has.
REQUIREMENTS = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]


def test_every_test_it_names_is_there() -> None:
    named = set(re.findall(r"`([a-z_]+/[a-z_]+\.(?:py|csv))`", PAGE))
    assert len(named) > 40
    assert [name for name in sorted(named) if not (PROJECT / "tests" / name).exists()] == []


def test_every_page_it_names_is_there() -> None:
    named = set(re.findall(r"\]\(([a-z-]+\.md)\)", PAGE))
    assert named
    assert [name for name in sorted(named) if not (PROJECT / "docs" / name).exists()] == []


def test_all_twenty_five_requirements_have_a_test() -> None:
    table = PAGE[PAGE.index("## The 25 requirements") : PAGE.index("## OWASP ASVS")]
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| `", table, re.MULTILINE)
    assert [int(number) for number in rows] == list(range(1, 26))


def test_every_requirement_of_asvs_stands_there_once_with_an_answer() -> None:
    rows = re.findall(r"^\| ([\d., ]+) \| [^|]+ \| ([^|]+) \|$", ASVS, re.MULTILINE)
    assert all(answer.strip() for _numbers, answer in rows)
    numbers = [number for numbers, _answer in rows for number in numbers.split(", ")]
    assert len(numbers) == len(set(numbers)) == sum(REQUIREMENTS) == 253
    for chapter, count in enumerate(REQUIREMENTS, start=1):
        assert sum(number.startswith(f"{chapter}.") for number in numbers) == count
