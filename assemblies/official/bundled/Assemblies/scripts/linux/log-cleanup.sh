#!/usr/bin/env bash
# Compress or delete log files that nobody has written to for a while. Only shows what it would do unless DRY_RUN is false.
# Stays on one file system, follows no symbolic link, and leaves journals and login records alone.
# Exit: 0 done, 1 some file could not be treated, 2 bad input, 3 cannot be done here.
set -Eeuo pipefail
export LC_ALL=C
# find refuses -execdir while the search path has empty or relative parts.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
trap 'printf "error: unexpected failure on line %s\n" "$LINENO" >&2; exit 3' ERR

bad_input() { printf 'bad input: %s\n' "$1" >&2; exit 2; }
cannot_run() { printf 'cannot run: %s\n' "$1" >&2; exit 3; }

log_directory=${LOG_DIRECTORY:-}
file_pattern=${FILE_PATTERN:-*.log.[0-9]*}
idle_days=${IDLE_DAYS:-30}
cleanup_action=${CLEANUP_ACTION:-compress}
dry_run=${DRY_RUN:-true}

[[ -n $log_directory ]] || bad_input "LOG_DIRECTORY is required"
[[ $log_directory == /* ]] || bad_input "LOG_DIRECTORY must be an absolute path"
[[ -d $log_directory ]] || bad_input "LOG_DIRECTORY is not a directory: $log_directory"
[[ $file_pattern != */* ]] || bad_input "FILE_PATTERN matches file names, it cannot hold a slash"
if [[ ! $idle_days =~ ^[0-9]{1,4}$ ]] || (( 10#$idle_days < 1 )); then
    bad_input "IDLE_DAYS must be a whole number from 1 to 9999"
fi
case $cleanup_action in
    compress|delete) ;;
    *) bad_input "CLEANUP_ACTION must be compress or delete" ;;
esac
case ${dry_run,,} in
    true|1|yes) dry_run=1 ;;
    false|0|no) dry_run=0 ;;
    *) bad_input "DRY_RUN must be true or false" ;;
esac

# The resolved path counts, so that a link cannot lead into the system itself.
resolved=$(readlink -e -- "$log_directory") || bad_input "LOG_DIRECTORY cannot be resolved: $log_directory"
case $resolved/ in
    /|//|/bin/*|/boot/*|/dev/*|/etc/*|/lib/*|/lib32/*|/lib64/*|/proc/*|/run/*|/sbin/*|/sys/*|/usr/*|/var/lib/*|/var/spool/*)
        bad_input "LOG_DIRECTORY lies in a protected part of the system: $resolved" ;;
esac
[[ $resolved == /*/* ]] || bad_input "LOG_DIRECTORY must be below a top level directory, not $resolved itself"
find . -maxdepth 0 -printf '' >/dev/null 2>&1 || cannot_run "GNU find is needed"

selection=(
    -xdev -type f -name "$file_pattern" -mmin "+$((10#$idle_days * 1440))"
    ! -name wtmp ! -name btmp ! -name lastlog ! -name faillog ! -name '*.journal' ! -name '*.journal~'
)
if [[ $cleanup_action == compress ]]; then
    command -v gzip >/dev/null || cannot_run "gzip is not installed on this host"
    selection+=(! -name '*.gz' ! -name '*.xz' ! -name '*.bz2' ! -name '*.zst' ! -name '*.zip')
fi

failed=0
report=$(mktemp)
trap 'rm -f -- "$report"' EXIT
# Names may hold line breaks, so entries end with NUL.
report_format='%s %p\0'
# find itself deletes and compresses, from inside each directory: a path swapped for a link meanwhile leads nowhere.
if (( dry_run )); then
    find -P "$resolved" "${selection[@]}" -printf "$report_format" >"$report" || failed=1
elif [[ $cleanup_action == delete ]]; then
    find -P "$resolved" "${selection[@]}" -delete -printf "$report_format" >"$report" || failed=1
else
    find -P "$resolved" "${selection[@]}" -execdir gzip --no-name -- {} \; -printf "$report_format" >"$report" </dev/null || failed=1
fi

count=0
bytes=0
while IFS=' ' read -r -d '' size path; do
    count=$((count + 1))
    bytes=$((bytes + size))
    printf '%12s  %s\n' "$size" "${path//[[:cntrl:]]/?}"
done <"$report"

# gzip fails file by file without find noticing; what is still there under its old name was not compressed.
if (( ! dry_run )); then
    find -P "$resolved" "${selection[@]}" -printf '%p\0' >"$report" || failed=1
    while IFS= read -r -d '' path; do
        failed=1
        printf 'NOT TREATED %s\n' "${path//[[:cntrl:]]/?}" >&2
    done <"$report"
fi

if (( dry_run )); then verb="would $cleanup_action"; else verb="$cleanup_action:"; fi
printf '%s %s file(s), %s KiB before, idle for more than %s day(s), below %s\n' \
    "$verb" "$count" "$((bytes / 1024))" "$((10#$idle_days))" "$resolved"
if (( failed )); then exit 1; fi
