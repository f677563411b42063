#!/usr/bin/env bash
# List listening sockets and compare them with the ports this host is meant to offer.
# Exit: 0 only expected ports (or no list given), 1 an unexpected port, 2 bad input, 3 cannot be checked here.
set -Eeuo pipefail
export LC_ALL=C
# Schedulers often leave out the administrator's directories.
PATH=$PATH:/usr/sbin:/sbin
trap 'printf "error: unexpected failure on line %s\n" "$LINENO" >&2; exit 3' ERR

bad_input() { printf 'bad input: %s\n' "$1" >&2; exit 2; }
cannot_check() { printf 'cannot check: %s\n' "$1" >&2; exit 3; }

allowed=${ALLOWED_PORTS:-}
protocol=${PROTOCOL:-tcp}
include_loopback=${INCLUDE_LOOPBACK:-false}

case $protocol in
    tcp|udp) protocols=("$protocol") ;;
    both) protocols=(tcp udp) ;;
    *) bad_input "PROTOCOL must be tcp, udp or both" ;;
esac
case ${include_loopback,,} in
    true|1|yes) include_loopback=1 ;;
    false|0|no) include_loopback=0 ;;
    *) bad_input "INCLUDE_LOOPBACK must be true or false" ;;
esac

first_ports=()
last_ports=()
IFS=', ' read -r -a ranges <<<"$allowed"
for range in "${ranges[@]}"; do
    [[ -n $range ]] || continue
    [[ $range =~ ^([0-9]{1,5})(-([0-9]{1,5}))?$ ]] || bad_input "ALLOWED_PORTS: '$range' is neither a port nor a range such as 8000-8010"
    first=$((10#${BASH_REMATCH[1]}))
    last=$((10#${BASH_REMATCH[3]:-${BASH_REMATCH[1]}}))
    (( first >= 1 && last <= 65535 && first <= last )) || bad_input "ALLOWED_PORTS: '$range' is outside 1-65535 or upside down"
    first_ports+=("$first")
    last_ports+=("$last")
done

is_allowed() {
    local index
    for index in "${!first_ports[@]}"; do
        if (( $1 >= first_ports[index] && $1 <= last_ports[index] )); then return 0; fi
    done
    return 1
}

is_loopback() {
    [[ $1 == 127.* || $1 == '[::1]'* || $1 == '[::ffff:127.'* ]]
}

command -v ss >/dev/null || cannot_check "ss (package iproute2 or iproute) is not installed on this host"

unexpected=0
listed=0
printf '%-10s %-5s %-42s %s\n' STATE PROTO LOCAL PROCESS
for name in "${protocols[@]}"; do
    listing=$(ss --no-header --listening --numeric --processes "--$name") || cannot_check "ss could not list $name sockets"
    while read -r _state _receive _send local _peer process; do
        [[ -n $local ]] || continue
        address=${local%:*}
        port=${local##*:}
        if (( ! include_loopback )) && is_loopback "$address"; then continue; fi
        listed=$((listed + 1))
        state=listed
        if (( ${#first_ports[@]} > 0 )); then
            state=expected
            if [[ ! $port =~ ^[0-9]+$ ]] || ! is_allowed "$port"; then
                state=UNEXPECTED
                unexpected=$((unexpected + 1))
            fi
        fi
        printf '%-10s %-5s %-42s %s\n' "$state" "$name" "$local" "${process:--}"
    done <<<"$listing"
done

printf 'Listening sockets: %s, unexpected: %s.\n' "$listed" "$unexpected"
if (( unexpected > 0 )); then exit 1; fi
