"""Documents as real ones are: scripts of some dozen lines, no two alike."""

import json
import random
from pathlib import Path
from typing import Any
from uuid import UUID

TYPES = ("powershell", "bash", "python", "batch")
WORDS = "disk service certificate backup report account printer update memory network schedule archive".split()


def documents(rows: int, *, seed: int = 1) -> list[dict[str, Any]]:
    """Return documents in the authoring style; the same seed gives the same ones."""
    draw = random.Random(seed)
    return [_document(draw, number) for number in range(rows)]


def write_documents(folder: Path, rows: int, *, seed: int = 1) -> Path:
    folder.mkdir(parents=True)
    for number, document in enumerate(documents(rows, seed=seed)):
        (folder / f"{number:06}.json").write_text(json.dumps(document))
    return folder


def _document(draw: random.Random, number: int) -> dict[str, Any]:
    words = draw.sample(WORDS, 3)
    lines = [f"# {' '.join(draw.choices(WORDS, k=6))}" for _ in range(draw.randint(20, 60))]
    return {
        "assembly_guid": str(UUID(int=draw.getrandbits(128), version=4)),
        "name": f"{' '.join(words).capitalize()} {number}",
        "description": f"Looks after the {words[0]} of the {words[1]} and tells the {words[2]}.",
        "type": draw.choice(TYPES),
        "script": "\n".join([*lines, f"echo {number}", ""]),
        "script_encoding": "plain",
        "timeout_seconds": 600,
        "variables": [{"name": words[0].upper(), "label": words[0], "type": "string", "default": words[1]}],
        "files": [],
        "tags": words,
    }
