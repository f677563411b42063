"""Files that are read in one go: none over 300 lines, in the product and in its tests; and few crumbs."""

import ast
import statistics
import subprocess
from fnmatch import fnmatch
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
KINDS = ("*.py", "*.html", "*.js", "*.css")
MAX_FILE_LINES = 300
MAX_MEDIAN_FUNCTION_LINES = 6
MIN_FILE_LINES = 40
# Short for where they are: a table, a command or a verb has a file of its own; others are where Django, Python or a
# server looks for them.
SHORT_PLACES = (
    "*/models/*", "*/models.py", "*/management/commands/*", "assemblies/actions/*", "*/migrations/*", "*/__init__.py",
    "*/__main__.py", "*/apps.py", "*/urls.py", "borealis_assemblies/*", "manage.py",
)  # fmt: skip
# Words that several rooms use, or what has to be imported without the rest. Whatever else is as short belongs to what
# it speaks of.
MAX_SHORT_FILES = 36
# What was written for the library's users, or by others.
LEFT_OUT = ("assemblies/official/bundled/", "assemblies/demo/content/")


def files(*kinds: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *kinds],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [PROJECT / name for name in listed.stdout.splitlines() if not name.startswith(LEFT_OUT)]
    return [path for path in found if path.exists()]


def product_files() -> list[Path]:
    return [path for path in files("*.py") if path.relative_to(PROJECT).parts[0] not in {"tests", "benchmarks"}]


def test_no_file_is_longer_than_is_read_in_one_go() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files(*KINDS)}
    assert len(lengths) > 1000
    assert {path.name: length for path, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_functions_of_the_product_are_short() -> None:
    lengths = [
        node.end_lineno - node.lineno + 1
        for path in product_files()
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    ]
    assert statistics.median(lengths) <= MAX_MEDIAN_FUNCTION_LINES


def test_few_files_are_crumbs() -> None:
    named = {path.relative_to(PROJECT).as_posix(): path for path in product_files()}
    short = [
        name
        for name, path in named.items()
        if len(path.read_text(encoding="utf-8").splitlines()) < MIN_FILE_LINES
        and not any(fnmatch(name, place) for place in SHORT_PLACES)
    ]
    assert len(short) <= MAX_SHORT_FILES, short
