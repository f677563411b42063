#!/usr/bin/env bash
# Shows the kernel's warnings since midnight, the newest last. Exit: 0 none, 1 some.
set -euo pipefail

# The word below holds a character without width: it came with a web page that somebody copied from.
title="Kernel​ warnings"
found=$(journalctl --dmesg --since today --priority warning --no-pager --quiet || true)
[[ -z $found ]] && { echo "$title: none"; exit 0; }
printf '%s:\n%s\n' "$title" "$found"
exit 1
