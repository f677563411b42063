"""Says whether a TCP port answers, and how fast. Exit: 0 it does, 1 it does not, 2 bad input."""

import os
import socket
import sys
import time


def main() -> int:
    host = os.environ.get("HOST_NAME", "")
    port = os.environ.get("PORT", "")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        print("HOST_NAME and PORT (1 to 65535) are needed", file=sys.stderr)
        return 2
    started = time.monotonic()
    try:
        socket.create_connection((host, int(port)), timeout=float(os.environ.get("TIMEOUT_SECONDS", "5"))).close()
    except OSError as error:
        print(f"{host}:{port} does not answer: {error}")
        return 1
    print(f"{host}:{port} answers after {(time.monotonic() - started) * 1000:.0f} ms")
    return 0


sys.exit(main())
