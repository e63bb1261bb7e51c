#!/usr/bin/env bash
# Builds GraphiQL, the page at /graphql, once for each state of its sources, for all stacks that share ENGINE_CACHE. Needs the
# network when npm's packages change, and not after that. Ends with 3 when the packages or Node are not to be had.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in common settings graphiql; do
  # shellcheck source=/dev/null
  . "$here/lib/$file.sh"
done

NODE_VERSION_MIN=18
NOT_TO_BE_HAD=3
source=$ROOT/query-service/graphiql
work=$ENGINE_CACHE/graphiql-build

node_version() { node -p 'process.versions.node.split(".")[0]'; }

look_after_node() {
  if ! have node || ! have npm; then
    "$here/install.sh" --with-node || exit "$NOT_TO_BE_HAD"
  fi
  if [ "$(node_version)" -lt "$NODE_VERSION_MIN" ]; then
    warn "Node $(node_version) is too old: GraphiQL's build needs $NODE_VERSION_MIN or newer"
    exit "$NOT_TO_BE_HAD"
  fi
}

# copy_sources: puts the sources beside what npm installed for an earlier build, which stays while the lock file does.
copy_sources() {
  packages=$(cat "$source/package.json" "$source/package-lock.json" | cksum)
  if [ "$(cat "$work/installed" 2>/dev/null)" != "$packages" ]; then rm -rf "$work"; fi
  mkdir -p "$work"
  find "$work" -mindepth 1 -maxdepth 1 ! -name node_modules ! -name installed -exec rm -rf {} +
  tar -C "$source" --exclude=./node_modules -cf - . | tar -C "$work" -xf -
}

install_packages() {
  if [ -f "$work/installed" ]; then return; fi
  say "Fetching GraphiQL through npm (220 MB, once) into $ENGINE_CACHE"
  # --ignore-scripts: nothing that is fetched runs while it is installed.
  (run_logged 'npm' "$ENGINE_CACHE/npm.log" npm --prefix "$work" ci --ignore-scripts --no-audit --no-fund) ||
    exit "$NOT_TO_BE_HAD"
  printf '%s\n' "$packages" >"$work/installed"
}

build_page() {
  say 'Building GraphiQL, the page at /graphql, and checking its examples against the schema'
  run_logged 'Tests' "$ENGINE_CACHE/graphiql.log" npm --prefix "$work" test
  run_logged 'Build' "$ENGINE_CACHE/graphiql.log" node "$work/build.mjs" \
    --schema "$ROOT/schemas/graphql/schema.graphql" --out "$(graphiql_dir)"
}

if graphiql_is_built; then exit; fi
with_lock "$ENGINE_CACHE/graphiql.lock" 1800 "GraphiQL in $ENGINE_CACHE"
# Whoever held the lock may have built it.
if graphiql_is_built; then exit; fi
look_after_node
copy_sources
install_packages
build_page
