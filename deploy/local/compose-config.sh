#!/usr/bin/env bash
# Checks docker-compose.yml with whichever compose this machine has: it needs no running Docker.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/lib/common.sh"

cd "$here/../.."
if docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
elif have docker-compose; then
  compose=(docker-compose)
else
  warn 'no docker compose on this machine; the compose file is not checked'
  exit 0
fi
"${compose[@]}" -f docker-compose.yml config -q || die 'docker-compose.yml is not in order'
say "  docker-compose.yml is in order, says ${compose[*]}"
