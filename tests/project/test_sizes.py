"""Files that are read in one go: none over 300 lines, in the product and in its tests."""

import ast
import statistics
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
KINDS = ("*.py", "*.html", "*.js", "*.css")
MAX_FILE_LINES = 300
MAX_MEDIAN_FUNCTION_LINES = 6
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


def test_no_file_is_longer_than_is_read_in_one_go() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files(*KINDS)}
    assert len(lengths) > 1000
    assert {path.name: length for path, length in lengths.items() if length > MAX_FILE_LINES} == {}


def test_functions_of_the_product_are_short() -> None:
    product = [path for path in files("*.py") if path.relative_to(PROJECT).parts[0] not in {"tests", "benchmarks"}]
    lengths = [
        node.end_lineno - node.lineno + 1
        for path in product
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    ]
    assert statistics.median(lengths) <= MAX_MEDIAN_FUNCTION_LINES
