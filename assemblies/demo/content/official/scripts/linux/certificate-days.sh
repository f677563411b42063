#!/usr/bin/env bash
# Says how many days the certificate that HOST_NAME presents is still valid. Exit: 0 enough, 1 too few, 2 bad input, 3 no answer.
set -euo pipefail

host=${HOST_NAME:-}
port=${PORT:-443}
warn_days=${WARN_DAYS:-21}
[[ $host =~ ^[A-Za-z0-9.-]+$ ]] || { echo "HOST_NAME must be a host name" >&2; exit 2; }
[[ $port =~ ^[0-9]{1,5}$ && $warn_days =~ ^[0-9]{1,4}$ ]] || { echo "PORT and WARN_DAYS must be numbers" >&2; exit 2; }

end=$(openssl s_client -connect "$host:$port" -servername "$host" </dev/null 2>/dev/null |
    openssl x509 -noout -enddate 2>/dev/null | cut -d= -f2) || true
[[ -n $end ]] || { echo "$host:$port presented no certificate" >&2; exit 3; }

days=$(( ($(date -d "$end" +%s) - $(date +%s)) / 86400 ))
printf '%s:%s is valid for %s more days, until %s\n' "$host" "$port" "$days" "$end"
(( days > 10#$warn_days ))
