#!/usr/bin/env bash
# Check the end dates of the certificates in a file, or in the certificate files below a directory.
# Every certificate of a bundle is looked at; private keys in the same file are never printed.
# Exit: 0 all valid long enough, 1 one ends soon or has ended, 2 bad input, 3 cannot be checked here.
set -Eeuo pipefail
export LC_ALL=C
trap 'printf "error: unexpected failure on line %s\n" "$LINENO" >&2; exit 3' ERR

bad_input() { printf 'bad input: %s\n' "$1" >&2; exit 2; }
cannot_check() { printf 'cannot check: %s\n' "$1" >&2; exit 3; }

certificate_path=${CERTIFICATE_PATH:-}
warn_days=${WARN_DAYS:-30}

[[ -n $certificate_path ]] || bad_input "CERTIFICATE_PATH is required"
[[ $certificate_path == /* ]] || bad_input "CERTIFICATE_PATH must be an absolute path"
[[ -e $certificate_path ]] || bad_input "CERTIFICATE_PATH does not exist: $certificate_path"
if [[ ! $warn_days =~ ^[0-9]{1,4}$ ]] || (( 10#$warn_days > 3650 )); then
    bad_input "WARN_DAYS must be a whole number from 0 to 3650"
fi
warn_seconds=$((10#$warn_days * 86400))
command -v openssl >/dev/null || cannot_check "openssl is not installed on this host"

umask 077
workspace=$(mktemp -d)
trap 'rm -rf -- "$workspace"' EXIT

checked=0
problems=0

check_one() {
    local source=$1 certificate=$2 form=$3 subject end end_epoch days state=ok
    if ! end=$(openssl x509 -in "$certificate" -inform "$form" -noout -enddate 2>/dev/null); then
        printf 'UNREADABLE %s\n' "$source"
        problems=$((problems + 1))
        return 0
    fi
    end=${end#notAfter=}
    subject=$(openssl x509 -in "$certificate" -inform "$form" -noout -subject -nameopt RFC2253 2>/dev/null) || subject=
    checked=$((checked + 1))
    if ! openssl x509 -in "$certificate" -inform "$form" -noout -checkend 0 >/dev/null; then
        state=EXPIRED
    elif ! openssl x509 -in "$certificate" -inform "$form" -noout -checkend "$warn_seconds" >/dev/null; then
        state=EXPIRING
    fi
    [[ $state == ok ]] || problems=$((problems + 1))
    days='?'
    if end_epoch=$(date -d "$end" +%s 2>/dev/null); then days=$(((end_epoch - $(date +%s)) / 86400)); fi
    printf '%-9s %6s day(s)  %s  [%s]  %s\n' "$state" "$days" "$end" "${subject#subject=}" "$source"
}

check_file() {
    local file=$1 part
    if grep -qE -e '-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----' -- "$file" 2>/dev/null; then
        rm -f -- "$workspace"/part.*
        awk -v prefix="$workspace/part." '
            /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/ { count++; inside = 1; out = sprintf("%s%05d", prefix, count) }
            inside { print > out }
            /-----END (TRUSTED |X509 )?CERTIFICATE-----/ { if (inside) close(out); inside = 0 }
        ' "$file"
        for part in "$workspace"/part.*; do check_one "$file" "$part" PEM; done
    elif openssl x509 -in "$file" -inform DER -noout 2>/dev/null; then
        check_one "$file" "$file" DER
    else
        printf 'skipped   no certificate in %s\n' "$file"
    fi
}

if [[ -d $certificate_path ]]; then
    # Links are followed because the current certificate is usually a link into an archive.
    find -L "$certificate_path" -maxdepth 5 -type f \( -name '*.pem' -o -name '*.crt' -o -name '*.cer' \) -print0 \
        >"$workspace/files" || printf 'note: parts of %s could not be read\n' "$certificate_path" >&2
    while IFS= read -r -d '' file; do check_file "$file"; done <"$workspace/files"
else
    [[ -f $certificate_path && -r $certificate_path ]] || cannot_check "$certificate_path is not a readable file"
    check_file "$certificate_path"
fi

(( checked + problems > 0 )) || cannot_check "no certificate was found in $certificate_path"
printf 'Certificates checked: %s, problems: %s (limit %s days).\n' "$checked" "$problems" "$((warn_seconds / 86400))"
if (( problems > 0 )); then exit 1; fi
