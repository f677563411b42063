"""Says whether TCP ports answer, and how fast. Exit: 0 all do, 1 one does not, 2 bad input."""

import os
import socket
import sys
import time


def main() -> int:
    host = os.environ.get("HOST_NAME", "")
    ports = os.environ.get("PORT", "").replace(",", " ").split()
    if not host or not ports or not all(port.isdigit() and 0 < int(port) < 65536 for port in ports):
        print("HOST_NAME and PORT (1 to 65535, several with commas between) are needed", file=sys.stderr)
        return 2
    return max([answers(host, port) for port in ports])


def answers(host: str, port: str) -> int:
    started = time.monotonic()
    try:
        socket.create_connection((host, int(port)), timeout=float(os.environ.get("TIMEOUT_SECONDS", "5"))).close()
    except OSError as error:
        print(f"{host}:{port} does not answer: {error}")
        return 1
    print(f"{host}:{port} answers after {(time.monotonic() - started) * 1000:.0f} ms")
    return 0


sys.exit(main())
