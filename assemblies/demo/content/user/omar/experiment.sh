#!/usr/bin/env bash
printf '<%s>\n' "$@"
