# The schema registry of a local stack: Apicurio Registry, spoken to through its Confluent API. Its store is a file,
# because Kafka's records outlive the process, and an id dealt anew would make them decode wrongly.

registry_is_ours() { java_is_ours "$1" apicurio-registry-app; }

registry_answers() { curl -fsS -o /dev/null -m 2 "$(own_url SCHEMA_REGISTRY_URL)/subjects" 2>/dev/null; }

registry_spawn() {
  local flags
  require_parts
  mkdir -p "$ORDERS_STATE/registry"
  mapfile -t flags < <(java_flags registry 384)
  # WRITE_DELAY=0: what it has answered is on disk, also after a kill.
  HTTP_PORT=$REGISTRY_PORT QUARKUS_HTTP_HOST=127.0.0.1 LOG_LEVEL=WARN \
    REGISTRY_DATASOURCE_URL="jdbc:h2:file:$ORDERS_STATE/registry/db;WRITE_DELAY=0" \
    spawn registry java "${flags[@]}" -jar "$(find "$(registry_home)" -name 'apicurio-registry-app-*-runner.jar')"
}

registry_ready() { :; }
registry_stop() { stop_process registry "$1" TERM 15; }
registry_kill() { kill -s KILL "$1"; }
registry_drop() { rm -rf "$ORDERS_STATE/registry"; }
