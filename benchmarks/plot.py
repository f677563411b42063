"""`python -m benchmarks.plot FOUND.json PICTURE.svg`: what `--json` kept as one picture, each figure with its spread.

Every axis position is how much better than what we are compared with: right of 1 is ahead, and so is a floor that we
take less time than. The goal of a figure, where it has one, is a small mark.
"""

import json
import math
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

# Times faster, or times the floor, as the unit of the figure says.
GOALS = {
    "full list / bare WSGI bytes": 1.2,
    "full list right after a write / plain DRF": 35,
    "page of 50 / plain DRF": 6,
    "filtered page / plain DRF": 6,
    "page of a search / plain DRF": 6,
    "item, 8 clients at once / plain DRF": 5,
    "item, 8 clients at once / a view that does nothing": 1,
    "304 / the item": 1,
    "create / plain DRF": 2,
    "create, 8 clients at once / plain DRF": 2.5,
    "flush of 1000 / raw executemany": 2.5,
    "unchanged re-sync / reading and SHA-256": 1.5,
    "start to the first answer / plain DRF": 1.6,
}
WIDTH, LABELS, ROW, MARGIN = 960, 380, 26, 34
SMALLEST, LARGEST = 1 / 32, 256
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.axis{stroke:#ddd}.one{stroke:#777}.spread{stroke:#2563a8;"
    "stroke-width:3;opacity:.45}.median{fill:#2563a8}.goal{stroke:#b45309;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.axis{stroke:#444}}"
)


def place(value: float) -> float:
    """Return where a ratio is, in pixels from the left."""
    share = math.log(min(max(value, SMALLEST), LARGEST) / SMALLEST) / math.log(LARGEST / SMALLEST)
    return LABELS + share * (WIDTH - LABELS - MARGIN)


def gain(value: float, unit: str) -> float:
    return value if unit == "×" else 1 / value


def picture(found: dict[str, Any]) -> str:
    """Return the SVG of one run."""
    height = MARGIN * 2 + ROW * len(found["figures"])
    title = f"{found['rows']} assemblies: how many times better than what each is compared with"
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"><title>{title}</title>'
    rows = (line for number, figure in enumerate(found["figures"]) for line in _row(figure, MARGIN + ROW * number))
    return "\n".join([start, f"<style>{STYLE}</style>", *_axis(height), *rows, "</svg>", ""])


def _axis(height: int) -> Iterator[str]:
    value: float = SMALLEST
    while value <= LARGEST:
        at, words = place(value), f"{value:g}" if value >= 1 else f"1/{1 / value:g}"
        kind = "one" if value == 1 else "axis"
        yield f'<line class="{kind}" x1="{at:.1f}" x2="{at:.1f}" y1="{MARGIN - 8}" y2="{height - MARGIN}"/>'
        yield f'<text x="{at:.1f}" y="{height - MARGIN + 18}" text-anchor="middle">{words}</text>'
        value *= 2 if value < 1 else 4
    yield f'<text x="{LABELS}" y="16">dot: median, line: spread of the rounds, bar: goal</text>'


def _row(figure: dict[str, Any], top: int) -> Iterator[str]:
    middle, unit = top + ROW / 2, figure["unit"]
    ends = sorted(place(gain(one, unit)) for one in (min(figure["rounds"]), max(figure["rounds"])))
    yield f'<text x="0" y="{middle + 4}">{escape(figure["name"])}</text>'
    yield f'<line class="spread" x1="{ends[0]:.1f}" x2="{ends[1]:.1f}" y1="{middle}" y2="{middle}"/>'
    yield f'<circle class="median" cx="{place(gain(figure["median"], unit)):.1f}" cy="{middle}" r="5"/>'
    if goal := GOALS.get(figure["name"]):
        at = place(gain(goal, unit))
        yield f'<line class="goal" x1="{at:.1f}" x2="{at:.1f}" y1="{middle - 9}" y2="{middle + 9}"/>'


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(picture(json.loads(Path(sys.argv[1]).read_text())))
