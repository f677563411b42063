"""Says which configuration files cannot be read. Exit: 0 none, 1 some."""

import json
import pathlib
import sys

broken = []
for path in pathlib.Path("/srv/configuration").rglob("*.json"):
    try:
        json.loads(path.read_text())
    except ValueError:
        broken.append(path)
print(*broken, sep="\n")
sys.exit(bool(broken))
