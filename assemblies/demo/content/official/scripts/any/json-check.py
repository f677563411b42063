"""Says whether JSON files can be read, and where they break. Exit: 0 all can, 1 some cannot, 2 no folder."""

import json
import os
import sys
from pathlib import Path

folder = Path(os.environ.get("FOLDER", ""))
if not os.environ.get("FOLDER") or not folder.is_dir():
    print("FOLDER must name a folder", file=sys.stderr)
    sys.exit(2)

broken = 0
for path in sorted(folder.rglob("*.json")):
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        broken += 1
        print(f"{path}: {error}")
print(f"{broken} broken" if broken else "every file can be read")
sys.exit(1 if broken else 0)
