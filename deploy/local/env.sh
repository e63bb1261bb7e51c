#!/usr/bin/env bash
# `make env`: the recorded settings as shell variables, for  eval "$(make env)".
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in common settings; do
  # shellcheck source=/dev/null
  . "$here/lib/$file.sh"
done

load_env
while IFS='=' read -r name value; do
  printf 'export %s=%q\n' "$name" "$value"
done <"$ORDERS_STATE/env"
