#!/usr/bin/env bash
# List failed systemd units with the last lines of their journal. Changes nothing.
# Exit: 0 none failed, 1 at least one failed, 2 bad input, 3 systemd is not in charge here.
set -Eeuo pipefail
export LC_ALL=C
trap 'printf "error: unexpected failure on line %s\n" "$LINENO" >&2; exit 3' ERR

bad_input() { printf 'bad input: %s\n' "$1" >&2; exit 2; }
cannot_check() { printf 'cannot check: %s\n' "$1" >&2; exit 3; }

unit_kind=${UNIT_KIND:-all}
ignored=${IGNORED_UNITS:-}
journal_lines=${JOURNAL_LINES:-5}

case $unit_kind in
    all) kind_option=() ;;
    service|timer|mount|socket) kind_option=("--type=$unit_kind") ;;
    *) bad_input "UNIT_KIND must be all, service, timer, mount or socket" ;;
esac
[[ $ignored =~ ^[A-Za-z0-9@._:\\*?,\ -]*$ ]] || bad_input "IGNORED_UNITS is a comma separated list of unit names, * and ? allowed"
if [[ ! $journal_lines =~ ^[0-9]{1,3}$ ]] || (( 10#$journal_lines > 200 )); then
    bad_input "JOURNAL_LINES must be a whole number from 0 to 200"
fi
journal_lines=$((10#$journal_lines))

command -v systemctl >/dev/null || cannot_check "systemctl is not installed on this host"
system_state=$(systemctl is-system-running 2>/dev/null || true)
case $system_state in
    ''|offline|unknown) cannot_check "systemd is not running as the init system here (state: ${system_state:-none})" ;;
esac

is_ignored() {
    local pattern patterns
    IFS=', ' read -r -a patterns <<<"$ignored"
    for pattern in "${patterns[@]}"; do
        # The pattern is meant to be a glob here.
        # shellcheck disable=SC2053
        if [[ -n $pattern && $1 == $pattern ]]; then return 0; fi
    done
    return 1
}

failed=0
skipped=0
listing=$(systemctl list-units --failed --plain --no-legend --no-pager --full "${kind_option[@]}")
while read -r unit _load _active sub description; do
    [[ -n $unit ]] || continue
    if is_ignored "$unit"; then
        skipped=$((skipped + 1))
        continue
    fi
    failed=$((failed + 1))
    printf 'FAILED %s (%s): %s\n' "$unit" "$sub" "$description"
    if (( journal_lines > 0 )) && command -v journalctl >/dev/null; then
        journalctl "--unit=$unit" "--lines=$journal_lines" --no-pager --quiet --output=short-iso 2>/dev/null | sed 's/^/    /' || true
    fi
done <<<"$listing"

printf 'System state: %s. Failed units: %s, ignored: %s.\n' "$system_state" "$failed" "$skipped"
if (( failed > 0 )); then exit 1; fi
