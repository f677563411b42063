#!/usr/bin/env bash
# Rotates the logs of one configuration now. Without APPLY=true it only says what it would do.
set -euo pipefail

configuration=${CONFIGURATION:-/etc/logrotate.conf}
[[ -f $configuration ]] || { echo "There is no $configuration" >&2; exit 2; }
if [[ ${APPLY:-false} == true ]]; then
    logrotate --force "$configuration"
else
    logrotate --debug "$configuration"
fi
