"""Counts how often each value stands in one column of a CSV file, the most frequent first."""

import csv
import os
import sys
from collections import Counter
from pathlib import Path

path, column = Path(os.environ.get("TABLE", "inventory.csv")), os.environ.get("COLUMN", "owner")
with path.open(newline="") as file:
    rows = csv.DictReader(file)
    if column not in (rows.fieldnames or []):
        print(f"{path} has no column {column}", file=sys.stderr)
        sys.exit(2)
    for value, count in Counter(row[column] for row in rows).most_common():
        print(f"{count:6}  {value}")
