#!/usr/bin/env bash
# Audit the local accounts of a Linux system, or of an image mounted below another root. Changes nothing.
# Exit: 0 no finding, 1 at least one finding, 2 bad input, 3 cannot be checked here.
set -Eeuo pipefail
export LC_ALL=C
trap 'printf "error: unexpected failure on line %s\n" "$LINENO" >&2; exit 3' ERR

bad_input() { printf 'bad input: %s\n' "$1" >&2; exit 2; }
cannot_check() { printf 'cannot check: %s\n' "$1" >&2; exit 3; }

root_directory=${ROOT_DIRECTORY:-/}
expected=${EXPECTED_ADMINISTRATORS:-}
ignored=${IGNORED_ACCOUNTS:-}
first_human_uid=${FIRST_HUMAN_UID:-1000}

[[ $root_directory == /* ]] || bad_input "ROOT_DIRECTORY must be an absolute path"
[[ -d $root_directory ]] || bad_input "ROOT_DIRECTORY is not a directory: $root_directory"
name_list='^[A-Za-z0-9._@$, -]*$'
[[ $expected =~ $name_list ]] || bad_input "EXPECTED_ADMINISTRATORS is a comma separated list of account names"
[[ $ignored =~ $name_list ]] || bad_input "IGNORED_ACCOUNTS is a comma separated list of account names"
if [[ ! $first_human_uid =~ ^[0-9]{1,6}$ ]] || (( 10#$first_human_uid < 1 )); then
    bad_input "FIRST_HUMAN_UID must be a whole number from 1 to 999999"
fi
first_human_uid=$((10#$first_human_uid))

root_directory=${root_directory%/}
passwd_file=$root_directory/etc/passwd
shadow_file=$root_directory/etc/shadow
group_file=$root_directory/etc/group
[[ -r $passwd_file ]] || cannot_check "$passwd_file cannot be read"

findings=0
report() {
    local kind=$1 line
    while IFS= read -r line; do
        [[ -n $line ]] || continue
        findings=$((findings + 1))
        printf 'FINDING %s: %s\n' "$kind" "$line"
    done
}

# Lines that start with + or - stand for a directory service and are no local accounts.
report 'account with UID 0 beside root' < <(awk -F: '/^[^#+-]/ && $3 == 0 && $1 != "root" { print $1 }' "$passwd_file")
report 'UID used twice' < <(awk -F: '/^[^#+-]/ { if ($3 in seen) print $3 " (" seen[$3] ", " $1 ")"; else seen[$3] = $1 }' "$passwd_file")
report 'account name used twice' < <(awk -F: '/^[^#+-]/ { if (seen[$1]++ == 1) print $1 }' "$passwd_file")
report 'system account with a login shell' < <(awk -F: -v first="$first_human_uid" -v ignored=" ${ignored//,/ } " '
    /^[^#+-]/ && index(ignored, " " $1 " ") == 0 && $3 != 0 && $3 < first && $7 != "" && $7 !~ /\/(nologin|false|sync|shutdown|halt)$/ { print $1 " (" $7 ")" }' "$passwd_file")
report 'password kept in the world readable passwd file' < <(awk -F: '
    /^[^#+-]/ && $2 != "x" && $2 != "" && $2 !~ /^[*!]/ { print $1 }' "$passwd_file")
report 'account without a password' < <(awk -F: '/^[^#+-]/ && $2 == "" { print $1 }' "$passwd_file")

shadow_state=checked
if [[ -r $shadow_file ]]; then
    report 'account without a password' < <(awk -F: '/^[^#+-]/ && $2 == "" { print $1 }' "$shadow_file")
else
    shadow_state="NOT checked, $shadow_file cannot be read"
fi

# A home that everybody may write to lets everybody add a key or a profile.
while IFS=: read -r name _ uid _ _ home _; do
    [[ $name =~ ^[^#+-] && $uid =~ ^[0-9]+$ ]] || continue
    (( uid >= first_human_uid && uid != 65534 )) || continue
    [[ $home == /* && $home != / && -d $root_directory$home ]] || continue
    if [[ -n $(find -H "$root_directory$home" -maxdepth 0 -perm -0002) ]]; then
        report 'home directory anybody may write to' <<<"$name ($home)"
    fi
done <"$passwd_file"

administrators=
if [[ -r $group_file && -s $group_file ]]; then
    administrators=$(awk -F: '
        NR == FNR { if ($1 ~ /^(sudo|wheel|admin)$/) { gid[$3]; count = split($4, names, ","); for (i = 1; i <= count; i++) if (names[i] != "") print names[i] } next }
        $4 in gid { print $1 }' "$group_file" "$passwd_file" | sort -u)
fi
printf 'Members of sudo, wheel and admin: %s\n' "${administrators:+${administrators//$'\n'/, }}"
if [[ -n $expected && -n $administrators ]]; then
    while IFS= read -r name; do
        if [[ " ${expected//,/ } " != *" $name "* ]]; then report 'unexpected administrator' <<<"$name"; fi
    done <<<"$administrators"
fi

accounts=$(grep -c '^[^#+-]' "$passwd_file" || true)
printf 'Accounts: %s, findings: %s, shadow file: %s.\n' "$accounts" "$findings" "$shadow_state"
if (( findings > 0 )); then exit 1; fi
if [[ $shadow_state != checked ]]; then cannot_check "run as root to have the shadow file checked as well"; fi
