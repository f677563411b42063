"""Asks for a page a few times and prints the fastest, the median and the slowest answer in milliseconds."""

import os
import statistics
import sys
import time
import urllib.request

address = os.environ.get("ADDRESS", "")
if not address.startswith(("http://", "https://")):
    print("ADDRESS must begin with http:// or https://", file=sys.stderr)
    sys.exit(2)

taken = []
for _ in range(int(os.environ.get("TIMES", "5"))):
    started = time.perf_counter()
    with urllib.request.urlopen(address, timeout=30) as answer:
        answer.read()
    taken.append((time.perf_counter() - started) * 1000)
print(f"fastest {min(taken):.0f} ms, median {statistics.median(taken):.0f} ms, slowest {max(taken):.0f} ms")
