"""Says which badge readers answer on their service port. Exit: 0 all, 1 some do not."""

import os
import socket
import sys

silent = []
for name in os.environ.get("READERS", "reader1.example.net").replace(",", " ").split():
    try:
        socket.create_connection((name, 4070), timeout=3).close()
    except OSError:
        silent.append(name)
print("silent: " + ", ".join(silent) if silent else "all answer")
sys.exit(bool(silent))
