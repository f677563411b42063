#!/usr/bin/env bash
# Counts the log-ins of each account, the most frequent first. Exit: 0 done, 3 the records cannot be read.
set -euo pipefail

command -v last >/dev/null || { echo "The program last is needed." >&2; exit 3; }
last --since "-${DAYS:-7}days" --fullnames | awk 'NF > 3 && $1 != "reboot" && $1 != "wtmp" { print $1 }' | sort | uniq -c | sort -rn
