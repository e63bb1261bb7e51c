#!/usr/bin/env bash
# What `make test` runs beside its throw-away stack: format, lints, scripts, the compose file, GraphiQL, then every test. Ends
# with the tests' own status; an earlier step that fails ends it at once. Arguments, if any, go to `cargo test` in place of
# `--workspace`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in common settings; do
  # shellcheck source=/dev/null
  . "$here/lib/$file.sh"
done
cd "$ROOT"

say 'Format'
cargo fmt --check || die "some files are not formatted; 'make fmt' does it"
if cargo clippy --version >/dev/null 2>&1; then
  say 'Lints'
  cargo clippy --workspace --all-targets -- -D warnings
else
  warn 'clippy is not installed; lints are left out'
fi
if have shellcheck; then
  say 'Shell scripts'
  shellcheck -s bash deploy/local/*.sh deploy/local/stack deploy/local/lib/*.sh deploy/compose/*.sh tests/conformance/run.sh .ci/run
fi
say 'Compose file'
"$here/compose-config.sh"
if have npm; then
  say 'GraphiQL'
  # 3: what it needs is not to be had here, which says nothing about the code.
  "$here/graphiql.sh" || [ $? -eq 3 ] || die "GraphiQL does not build, or its tests or examples fail; see above"
else
  warn 'npm is not installed; GraphiQL is left out'
fi
say 'Tests'
"$here/run-tests.sh" "${@:---workspace}"
