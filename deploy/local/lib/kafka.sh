# The Kafka node of a local stack: KRaft, one process.

kafka_is_ours() { java_is_ours "$1" kafka.Kafka; }

# kafka_answers: a true exchange with the broker (ApiVersions, version 0), not only an open port.
kafka_answers() {
  local reply
  # shellcheck disable=SC2016 # expanded by the inner shell
  reply=$(timeout 2 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" &&
    printf "\0\0\0\012\0\022\0\0\0\0\0\1\377\377" >&3 && head -c 8 <&3 | od -An -tx1' _ "$KAFKA_PORT" 2>/dev/null) || return 1
  [[ $reply == *'00 00 00 01'* ]]
}

# The jars in a fixed order: a class-data archive is tied to it.
kafka_classpath() { find "$(kafka_home)" -name '*.jar' | LC_ALL=C sort | paste -sd :; }

kafka_configure() {
  local folder=$ORDERS_STATE/kafka
  mkdir -p "$folder"
  sed -e "s|@KAFKA_PORT@|$KAFKA_PORT|g" -e "s|@KAFKA_CONTROLLER_PORT@|$KAFKA_CONTROLLER_PORT|g" \
    -e "s|@LOG_DIRS@|$folder/data|g" "$ROOT/deploy/local/kafka/server.properties" >"$folder/server.properties"
}

# kafka_format: writes the two small files that make a folder a Kafka node's, as Kafka's own `StorageTool format` does.
kafka_format() {
  local data=$ORDERS_STATE/kafka/data
  [ ! -f "$data/meta.properties" ] || return 0
  say '  Formatting a new Kafka data folder'
  rm -rf "$data"
  java -Xmx128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dlog4j2.level=error -cp "$(kafka_classpath)" \
    kafka.tools.StorageTool format -t "$(kafka_cluster_id)" -c "$ORDERS_STATE/kafka/server.properties" \
    >"$(log_file kafka)" 2>&1 || explain kafka 'formatting failed'
}

# What Kafka says of a data folder whose metadata a newer release has written: before and after that folder was first used.
NEWER_METADATA='but this controller only supports versions|MetadataParseException|UnsupportedVersionException'
LOG_LINES_OF_A_START=200

# kafka_advice: a folder of a newer Kafka cannot be opened by this one, nor set back by the newer one.
kafka_advice() {
  if ! tail -n "$LOG_LINES_OF_A_START" "$(log_file kafka)" | grep -qE "$NEWER_METADATA"; then return; fi
  cat <<END
The data in $ORDERS_STATE/kafka was written by a newer Kafka than this stack runs, and Kafka has no way back.
  No order is lost: they are in Postgres, and the topics are published anew from there:
    deploy/local/stack drop kafka && make up && orderctl replay rebuild --all --start-over
  Or 'make clean' starts from nothing.
END
}

# A cluster id is 16 random bytes in URL-safe base64; Kafka refuses one that begins with a dash.
kafka_cluster_id() { printf 'E%s' "$(head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | cut -c 2-22)"; }

kafka_spawn() {
  local flags
  require_parts
  kafka_configure
  kafka_format
  mapfile -t flags < <(java_flags kafka 512)
  spawn kafka java "${flags[@]}" "-Dlog4j2.configurationFile=file:$ROOT/deploy/local/kafka/log4j2.properties" \
    -cp "$(kafka_classpath)" kafka.Kafka "$ORDERS_STATE/kafka/server.properties"
}

kafka_ready() { :; }
kafka_stop() { stop_process kafka "$1" TERM 30; }
kafka_kill() { kill -s KILL "$1"; }
kafka_drop() { rm -rf "$ORDERS_STATE/kafka"; }
