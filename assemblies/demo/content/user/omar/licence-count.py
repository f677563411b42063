"""Counts the seats in use by product in the text that the licence server prints."""

import collections
import re
import sys

seats = collections.Counter(re.findall(r"^\s*(\S+) v\S+ .*start", sys.stdin.read(), re.MULTILINE))
for product, count in seats.most_common():
    print(f"{count:4}  {product}")
