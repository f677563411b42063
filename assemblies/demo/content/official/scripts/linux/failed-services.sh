#!/usr/bin/env bash
# Lists the services that systemd gave up on. Exit: 0 none, 1 some, 3 no systemd here.
set -euo pipefail

command -v systemctl >/dev/null || { echo "This machine has no systemd." >&2; exit 3; }

failed=$(systemctl list-units --state=failed --type=service --plain --no-legend | awk '{ print $1 }')
if [[ -z $failed ]]; then
    echo "No failed service."
    exit 0
fi
while read -r unit; do
    printf '%s failed since %s\n' "$unit" "$(systemctl show --property=InactiveEnterTimestamp --value "$unit")"
done <<<"$failed"
exit 1
