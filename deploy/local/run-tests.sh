#!/usr/bin/env bash
# Runs the tests' binaries, several side by side, for most of their time is waiting for real parts. What a binary prints is shown
# when it fails; its length and outcome always. Ends with 101, cargo's own status for failed tests, if any failed.
#
#   run-tests.sh [ARGUMENT for cargo test …]      TEST_JOBS=N side by side (2)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in common settings; do
  # shellcheck source=/dev/null
  . "$here/lib/$file.sh"
done
cd "$ROOT"
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# run_one MANIFEST EXECUTABLE: as cargo would, in the package's folder.
run_one() {
  local folder name started status=0
  folder=$(dirname "$1") && name=$(basename "$folder")/$(basename "$2" | sed 's/-[0-9a-f]*$//')
  started=$SECONDS
  (cd "$folder" && CARGO_MANIFEST_DIR=$folder "$2") >"$logs/$$" 2>&1 || status=$?
  if [ "$status" = 0 ]; then
    printf '  %4d s  %-36s %s\n' $((SECONDS - started)) "$name" "$(sed -n 's/^test result: ok\. \([0-9]* passed\).*/\1/p' "$logs/$$" | tail -1)"
  else
    cat "$logs/$$"
    printf '  %4d s  %-36s FAILED\n' $((SECONDS - started)) "$name"
  fi
  return "$status"
}
export -f run_one
export logs

# Those that take longest go first, so that none is left alone at the end. The engine of orderctl's waits until that of tests/it has ended.
found=$(cargo test --no-run --message-format=json-render-diagnostics "$@" |
  sed -n 's/.*"manifest_path":"\([^"]*\)".*"test":true},"features".*"executable":"\([^"]*\)".*/\1 \2/p')
[ -n "$found" ] || die 'cargo built no tests'
# The names are those of the shell that xargs starts.
# shellcheck disable=SC2016
awk '
  function rank() {
    if ($1 ~ /\/order-engine\/Cargo.toml$/ && $2 ~ /\/it-/) return 0
    if ($2 ~ /\/crashes-/) return 1
    if ($1 ~ /\/(tests|relay)\/Cargo.toml$/ && $2 ~ /\/it-/) return 2
    if ($1 ~ /\/orderctl\/Cargo.toml$/ && $2 ~ /\/it-/) return 4
    return $2 ~ /\/it-/ ? 3 : 5
  }
  { print rank(), $0 }
' <<<"$found" | sort -s -n -k 1,1 | cut -d ' ' -f 2- |
  xargs -P "${TEST_JOBS:-2}" -n 2 bash -c 'run_one "$0" "$1"' || exit 101
