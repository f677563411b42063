#!/usr/bin/env bash
# Lists listening TCP and UDP ports with the program behind each. Exit: 0 done, 3 the program ss is missing.
set -euo pipefail

command -v ss >/dev/null || { echo "The program ss (iproute2) is needed." >&2; exit 3; }
ss --listening --tcp --udp --numeric --processes --no-header |
    awk '{ printf "%-4s %-28s %s\n", $1, $5, $7 }' | sort -u
