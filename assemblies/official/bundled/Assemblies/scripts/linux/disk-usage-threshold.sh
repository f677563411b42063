#!/usr/bin/env bash
# Report local file systems whose space or inodes are used beyond a limit.
# Exit: 0 all below, 1 at least one at or above, 2 bad input, 3 cannot be checked here.
set -Eeuo pipefail
export LC_ALL=C
trap 'printf "error: unexpected failure on line %s\n" "$LINENO" >&2; exit 3' ERR

bad_input() { printf 'bad input: %s\n' "$1" >&2; exit 2; }
cannot_check() { printf 'cannot check: %s\n' "$1" >&2; exit 3; }

require_percent() {
    if [[ ! $2 =~ ^[0-9]{1,3}$ ]] || (( 10#$2 < 1 || 10#$2 > 100 )); then
        bad_input "$1 must be a whole number from 1 to 100"
    fi
}

space_limit=${SPACE_LIMIT_PERCENT:-85}
inode_limit=${INODE_LIMIT_PERCENT:-85}
mount_point=${MOUNT_POINT:-}
require_percent SPACE_LIMIT_PERCENT "$space_limit"
require_percent INODE_LIMIT_PERCENT "$inode_limit"
space_limit=$((10#$space_limit))
inode_limit=$((10#$inode_limit))

columns=--output=pcent,ipcent,avail,fstype,target
if [[ -n $mount_point ]]; then
    [[ $mount_point == /* ]] || bad_input "MOUNT_POINT must be an absolute path"
    [[ -e $mount_point ]] || bad_input "MOUNT_POINT does not exist: $mount_point"
    selection=(-- "$mount_point")
else
    # Images that are full by nature and file systems in memory would only be noise.
    selection=(--local -x tmpfs -x devtmpfs -x squashfs -x iso9660 -x erofs -x efivarfs)
fi

# df answers 1 when one mount cannot be read, yet it still lists the others.
unreadable=0
listing=$(df -k "$columns" "${selection[@]}") || unreadable=1
listing=$(tail -n +2 <<<"$listing")
[[ -n $listing ]] || cannot_check "df listed no file system (GNU df is needed)"

over=0
printf '%-8s %6s %7s %12s  %s\n' STATE SPACE INODES FREE_MIB MOUNT
while read -r space inodes available fstype target; do
    # Each container has an overlay that only repeats its backing file system.
    if [[ $fstype == overlay && $target != / && -z $mount_point ]]; then continue; fi
    [[ $available =~ ^[0-9]+$ ]] || available=0
    state=ok
    # Some file systems have no fixed number of inodes and show a dash.
    if [[ ${space%\%} =~ ^[0-9]+$ ]] && (( ${space%\%} >= space_limit )); then state=OVER; fi
    if [[ ${inodes%\%} =~ ^[0-9]+$ ]] && (( ${inodes%\%} >= inode_limit )); then state=OVER; fi
    [[ $state == ok ]] || over=$((over + 1))
    printf '%-8s %6s %7s %12s  %s (%s)\n' "$state" "$space" "$inodes" "$((available / 1024))" "$target" "$fstype"
done <<<"$listing"

printf '%s file system(s) at or above %s%% of space or %s%% of inodes.\n' "$over" "$space_limit" "$inode_limit"
if (( over > 0 )); then exit 1; fi
if (( unreadable )); then cannot_check "at least one mount could not be read, see the message of df above"; fi
