#!/usr/bin/env bash
# Count package updates that wait to be installed (apt, dnf, yum or zypper). Installs nothing.
# Exit: 0 within policy, 1 updates of the watched kind wait, 2 bad input, 3 cannot be checked here.
set -Eeuo pipefail
export LC_ALL=C
trap 'printf "error: unexpected failure on line %s\n" "$LINENO" >&2; exit 3' ERR

bad_input() { printf 'bad input: %s\n' "$1" >&2; exit 2; }
cannot_check() { printf 'cannot check: %s\n' "$1" >&2; exit 3; }

watched=${FAIL_ON_UPDATES:-security}
refresh=${REFRESH_LISTS:-false}
shown=${SHOWN_PACKAGES:-20}

case $watched in
    security|any|never) ;;
    *) bad_input "FAIL_ON_UPDATES must be security, any or never" ;;
esac
case ${refresh,,} in
    true|1|yes) refresh=1 ;;
    false|0|no) refresh=0 ;;
    *) bad_input "REFRESH_LISTS must be true or false" ;;
esac
[[ $shown =~ ^[0-9]{1,4}$ ]] || bad_input "SHOWN_PACKAGES must be a whole number from 0 to 9999"
shown=$((10#$shown))

list_with_apt() {
    local plan
    if (( refresh )); then apt-get --quiet=2 update >/dev/null || cannot_check "apt-get update failed"; fi
    # apt-get expands the field itself.
    # shellcheck disable=SC2016
    [[ -n $(apt-get indextargets --format '$(FILENAME)' 'Created-By: Packages') ]] ||
        cannot_check "the package lists are empty; set REFRESH_LISTS to true"
    plan=$(apt-get --simulate --option Debug::NoLocking=1 upgrade --with-new-pkgs) || cannot_check "apt-get could not plan an upgrade"
    all=$(awk '/^Inst / && $3 ~ /^\[/ { print $2 }' <<<"$plan")
    security=$(awk '/^Inst / && $3 ~ /^\[/ && tolower($0) ~ /-security|security:/ { print $2 }' <<<"$plan")
}

# dnf and yum answer 100 when updates wait and 0 when none does.
rpm_updates() {
    local tool=$1 listing code=0
    shift
    listing=$("$tool" --quiet check-update "$@") || code=$?
    (( code == 0 || code == 100 )) || cannot_check "$tool check-update failed with $code"
    # Long names are wrapped, so only the first column can be relied on: name.architecture.
    awk '/^Obsoleting / { exit } /^[^[:space:]]+[.][[:alnum:]_]+([[:space:]]|$)/ { print $1 }' <<<"$listing"
}

list_with_dnf() {
    local tool=$1 source=()
    # Without the wish to refresh, the network is left alone where the tool can do so.
    if (( ! refresh )); then source=(--cacheonly); fi
    all=$(rpm_updates "$tool" "${source[@]}") || exit 3
    security=$(rpm_updates "$tool" "${source[@]}" --security) || exit 3
}

list_with_zypper() {
    local listing
    local options=(--non-interactive --quiet)
    if (( refresh )); then
        zypper "${options[@]}" refresh >/dev/null || cannot_check "zypper refresh failed"
    else
        options+=(--no-refresh)
    fi
    listing=$(zypper "${options[@]}" list-updates) || cannot_check "zypper list-updates failed"
    all=$(awk -F' *[|] *' '$1 == "v" { print $3 }' <<<"$listing")
    listing=$(zypper "${options[@]}" list-patches --category security) || cannot_check "zypper list-patches failed"
    security=$(awk -F' *[|] *' 'NF > 4 && $3 == "security" { print $2 }' <<<"$listing")
}

all=
security=
if command -v apt-get >/dev/null; then list_with_apt; tool=apt
elif command -v dnf >/dev/null; then list_with_dnf dnf; tool=dnf
elif command -v zypper >/dev/null; then list_with_zypper; tool=zypper
elif command -v yum >/dev/null; then list_with_dnf yum; tool=yum
else cannot_check "none of apt-get, dnf, zypper and yum is installed on this host"
fi

count_lines() { if [[ -n $1 ]]; then wc -l <<<"$1"; else echo 0; fi; }
all_count=$(count_lines "$all")
security_count=$(count_lines "$security")

if (( all_count > 0 && shown > 0 )); then
    # The lists go in by here-string: a pipe closed early by head would count as a failure.
    head -n "$shown" <<<"$all" | sed 's/^/  /'
    if (( all_count > shown )); then printf '  ... and %s more\n' "$((all_count - shown))"; fi
fi
printf 'Updates waiting (%s): %s, of which security: %s.\n' "$tool" "$all_count" "$security_count"

if [[ $watched == any ]] && (( all_count > 0 )); then exit 1; fi
if [[ $watched == security ]] && (( security_count > 0 )); then exit 1; fi
