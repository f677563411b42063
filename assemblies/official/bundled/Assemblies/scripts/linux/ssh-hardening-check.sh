#!/usr/bin/env bash
# Compare the effective settings of the OpenSSH server with a hardened baseline. Changes nothing.
# Settings inside Match blocks depend on the connection and are not looked at.
# Exit: 0 baseline met, 1 at least one deviation, 2 bad input, 3 cannot be checked here.
set -Eeuo pipefail
export LC_ALL=C
# Schedulers often leave out the administrator's directories, where sshd lives.
PATH=$PATH:/usr/sbin:/sbin
trap 'printf "error: unexpected failure on line %s\n" "$LINENO" >&2; exit 3' ERR

bad_input() { printf 'bad input: %s\n' "$1" >&2; exit 2; }
cannot_check() { printf 'cannot check: %s\n' "$1" >&2; exit 3; }

settings_file=${SETTINGS_FILE:-}
root_login=${ROOT_LOGIN:-no}
allow_passwords=${ALLOW_PASSWORDS:-false}
max_auth_tries=${MAX_AUTH_TRIES:-4}

case $root_login in
    no) root_pattern='no' ;;
    keys-only) root_pattern='no|prohibit-password|without-password|forced-commands-only' ;;
    *) bad_input "ROOT_LOGIN must be no or keys-only" ;;
esac
case ${allow_passwords,,} in
    true|1|yes) allow_passwords=1 ;;
    false|0|no) allow_passwords=0 ;;
    *) bad_input "ALLOW_PASSWORDS must be true or false" ;;
esac
if [[ ! $max_auth_tries =~ ^[0-9]{1,2}$ ]] || (( 10#$max_auth_tries < 1 )); then
    bad_input "MAX_AUTH_TRIES must be a whole number from 1 to 99"
fi
max_auth_tries=$((10#$max_auth_tries))

if [[ -n $settings_file ]]; then
    [[ -f $settings_file && -r $settings_file ]] || bad_input "SETTINGS_FILE is not a readable file: $settings_file"
    settings=$(<"$settings_file")
else
    server=$(command -v sshd) || cannot_check "the OpenSSH server is not installed on this host"
    # Asking the server itself takes includes and built-in defaults into account.
    settings=$("$server" -T 2>&1) || cannot_check "sshd -T failed (root is needed): ${settings%%$'\n'*}"
fi

declare -A effective=()
while read -r key value; do
    # Only real keywords get further: bash would evaluate anything else inside a subscript.
    [[ $key =~ ^[A-Za-z0-9]+$ ]] || continue
    # sshd uses the first value it sees.
    key=${key,,}
    [[ -v effective[$key] ]] || effective[$key]=${value,,}
done <<<"$settings"
[[ -v effective[port] || -v effective[permitrootlogin] ]] || cannot_check "the settings are not the output of 'sshd -T'"

deviations=0
judge() {
    local state=$1 key=$2 wish=$3
    [[ $state == ok ]] || deviations=$((deviations + 1))
    printf '%-9s %-32s %-24s wanted: %s\n' "$state" "$key" "${effective[$key]}" "$wish"
}

expect_match() {
    local key=$1 pattern=$2 wish=$3
    if [[ ! -v effective[$key] ]]; then
        printf '%-9s %-32s not known to this version of sshd\n' skipped "$key"
    elif [[ ${effective[$key]} =~ ^($pattern)$ ]]; then
        judge ok "$key" "$wish"
    else
        judge DEVIATES "$key" "$wish"
    fi
}

expect_none_of() {
    local key=$1 pattern=$2 algorithm weak=
    [[ -v effective[$key] ]] || return 0
    for algorithm in ${effective[$key]//,/ }; do
        if [[ $algorithm =~ $pattern ]]; then weak+="${weak:+,}$algorithm"; fi
    done
    if [[ -n $weak ]]; then
        deviations=$((deviations + 1))
        printf '%-9s %-32s weak: %s\n' DEVIATES "$key" "$weak"
    else
        printf '%-9s %-32s no weak algorithm\n' ok "$key"
    fi
}

expect_match permitrootlogin "$root_pattern" "$root_login"
if (( ! allow_passwords )); then
    expect_match passwordauthentication no no
    # Through PAM this method asks for a password as well.
    expect_match kbdinteractiveauthentication no no
    expect_match challengeresponseauthentication no no
fi
expect_match permitemptypasswords no no
expect_match hostbasedauthentication no no
expect_match ignorerhosts 'yes|shosts-only' yes
expect_match x11forwarding no no
expect_match permituserenvironment no no
expect_match strictmodes yes yes
if [[ ${effective[maxauthtries]:-} =~ ^[0-9]+$ ]]; then
    state=ok
    if (( effective[maxauthtries] > max_auth_tries )); then state=DEVIATES; fi
    judge "$state" maxauthtries "at most $max_auth_tries"
fi
expect_none_of ciphers 'cbc|3des|arcfour|blowfish|cast128'
expect_none_of macs 'md5|ripemd|-96'
expect_none_of kexalgorithms 'sha1(@|$)'

printf 'Deviations from the baseline: %s.\n' "$deviations"
if (( deviations > 0 )); then exit 1; fi
