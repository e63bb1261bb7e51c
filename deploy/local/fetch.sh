#!/usr/bin/env bash
# Fetches Kafka and the schema registry through Maven, once for all stacks that share ENGINE_CACHE, and makes the
# class-data archives that let both start in a second or two.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in common settings java kafka registry; do
  # shellcheck source=/dev/null
  . "$here/lib/$file.sh"
done

with_lock "$ENGINE_CACHE/lock" 1800 "$ENGINE_CACHE"

fetch() {
  local new
  new=$(parts_dir).new
  rm -rf "$new"
  mkdir -p "$new"
  say "Fetching Kafka and the schema registry through Maven (200 MB, once) into $ENGINE_CACHE"
  run_logged 'Maven' "$ENGINE_CACHE/maven.log" mvn -B -Dstyle.color=never -f "$ROOT/deploy/local/pom.xml" prepare-package "-Dparts.dir=$new"
  rm -rf "$(parts_dir)"
  mv "$new" "$(parts_dir)"
  touch "$(parts_dir)/complete"
}

# train PART: starts the part in a stack of its own and stops it; on its way out it writes its archive.
train() {
  local part=$1 archive
  archive=$(archive_of "$part")
  if [ -f "$archive" ]; then return; fi
  ORDERS_STATE=$(mktemp -d "$ENGINE_CACHE/train-XXXXXX") KAFKA_PORT=$(free_port) KAFKA_CONTROLLER_PORT=$(free_port) \
    REGISTRY_PORT=$(free_port) ARCHIVE_TO=$archive.new bash -c '
      trap "\"$1\" kill \"$2\"; rm -rf \"\$ORDERS_STATE\"" EXIT
      "$1" start "$2" && "$1" stop "$2"' _ "$here/stack" "$part" ||
    warn "$part starts more slowly: its class-data archive could not be made"
  [ ! -f "$archive.new" ] || mv "$archive.new" "$archive"
}

parts_are_here || fetch
if ! [ -f "$(archive_of kafka)" ] || ! [ -f "$(archive_of registry)" ]; then
  say 'Making class-data archives, for quick starts from now on'
  unset KAFKA_BROKERS SCHEMA_REGISTRY_URL
  train kafka
  train registry
fi
