"""Resolves a host name and prints every address once. Exit: 0 resolved, 1 not, 2 bad input."""

import os
import socket
import sys

name = os.environ.get("HOST_NAME", "")
if not name:
    print("HOST_NAME is needed", file=sys.stderr)
    sys.exit(2)
try:
    found = {entry[4][0] for entry in socket.getaddrinfo(name, None)}
except OSError as error:
    print(f"{name} does not resolve: {error}")
    sys.exit(1)
print("\n".join(sorted(found)))
