#!/usr/bin/env bash
# Becomes one node of a throw-away Kafka cluster: a broker, a controller, or both. For tests that need more than the stack's
# one node, or one that may be killed. The folder is formatted when it is new.
#
#   kafka-node.sh FOLDER CLUSTER_ID NODE_ID ROLES PORT CONTROLLER_PORT
#
# ROLES are those of process.roles; the controller is node 1. A killed node is given up after 3 seconds; all else is as in
# kafka/server.properties.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Nothing of a stack's own is touched.
ORDERS_STATE=${1:-}
[ -n "$ORDERS_STATE" ] || { echo 'error: give a folder' >&2; exit 1; }
for file in common settings java kafka; do
  # shellcheck source=/dev/null
  . "$here/lib/$file.sh"
done
HEAP_MEGABYTES=256

[ $# -eq 6 ] || die 'usage: kafka-node.sh FOLDER CLUSTER_ID NODE_ID ROLES PORT CONTROLLER_PORT'
folder=$1 cluster=$2 id=$3 roles=$4
KAFKA_PORT=$5 KAFKA_CONTROLLER_PORT=$6
require_parts
mkdir -p "$folder"
listeners=PLAINTEXT://127.0.0.1:$KAFKA_PORT
case $roles in *controller*) listeners+=,CONTROLLER://127.0.0.1:$KAFKA_CONTROLLER_PORT ;; esac
{
  sed -e "s|@KAFKA_PORT@|$KAFKA_PORT|g" -e "s|@KAFKA_CONTROLLER_PORT@|$KAFKA_CONTROLLER_PORT|g" -e "s|@LOG_DIRS@|$folder/data|g" \
    -e '/^process.roles=/d; /^node.id=/d; /^listeners=/d; /^broker.session.timeout.ms=/d; /^broker.heartbeat.interval.ms=/d' \
    "$ROOT/deploy/local/kafka/server.properties"
  printf 'process.roles=%s\nnode.id=%s\nlisteners=%s\n' "$roles" "$id" "$listeners"
  printf 'broker.session.timeout.ms=3000\nbroker.heartbeat.interval.ms=500\n'
} >"$folder/server.properties"
mapfile -t flags < <(java_flags kafka "$HEAP_MEGABYTES")
if [ ! -f "$folder/data/meta.properties" ]; then
  java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dlog4j2.level=error -cp "$(kafka_classpath)" \
    kafka.tools.StorageTool format -t "$cluster" -c "$folder/server.properties" >&2
fi
exec java "${flags[@]}" "-Dlog4j2.configurationFile=file:$ROOT/deploy/local/kafka/log4j2.properties" \
  -cp "$(kafka_classpath)" kafka.Kafka "$folder/server.properties"
