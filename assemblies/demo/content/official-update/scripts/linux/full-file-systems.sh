#!/usr/bin/env bash
# Reports the file systems of this machine that are fuller than LIMIT_PERCENT, by space or by inodes. Exit: 0 none, 1 some, 2 bad input.
set -euo pipefail

limit=${LIMIT_PERCENT:-90}
[[ $limit =~ ^[0-9]{1,2}$ ]] || { echo "LIMIT_PERCENT must be a number from 0 to 99" >&2; exit 2; }

found=0
while read -r used target; do
    if (( ${used%\%} > 10#$limit )); then
        printf '%s is %s full\n' "$target" "$used"
        found=1
    fi
done < <(
    df --output=pcent,target --exclude-type=tmpfs --exclude-type=devtmpfs | tail -n +2
    # Some file systems have no fixed number of inodes and print a dash.
    df --output=ipcent,target --exclude-type=tmpfs --exclude-type=devtmpfs | tail -n +2 | grep -v '^ *-' || true
)
exit "$found"
