#!/usr/bin/env bash
# Says whether the newest file in BACKUP_FOLDER is younger than a day.
set -euo pipefail

folder=${BACKUP_FOLDER:-/srv/backup}
newest=$(find "$folder" -maxdepth 1 -type f -printf '%T@ %f\n' | sort -n | tail -n 1)
[[ -n $newest ]] || { echo "There is nothing in $folder" >&2; exit 1; }
echo "The newest backup is ${newest#* }"
