#!/usr/bin/env bash
# `make down` and, with --drop, `make clean`: stops every process of this stack; keeps or drops its data.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in common settings postgres; do
  # shellcheck source=/dev/null
  . "$here/lib/$file.sh"
done

with_lock "$ORDERS_STATE/run/up.lock" 120 "this stack ($ORDERS_STATE); if it is a 'make up', stop that first"
say "Stopping this stack ($ORDERS_STATE)"
"$here/stack" stop all
if [ "${1:-}" = --drop ]; then
  "$here/stack" drop all
  rm -f "$ORDERS_STATE"/{env,own,brought,ports,secrets}
  say 'Everything is stopped and its data dropped. What was fetched and built stays.'
else
  say "Everything is stopped. The data stays; 'make up' goes on with it."
fi
