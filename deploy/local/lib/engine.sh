# The engine of a local stack: `order-engine serve`, every role in one process.

engine_is_ours() {
  runs_as "$1" 'order-engine serve' || return 1
  # Its command line names no folder, so its environment identifies the stack that it belongs to.
  (tr '\0' '\n' <"/proc/$1/environ") 2>/dev/null | grep -qxF "ORDERS_STATE=$ORDERS_STATE"
}

engine_answers() { curl -fsS -o /dev/null -m 5 "$(own_url ENGINE_URL)/readyz" 2>/dev/null; }

engine_program() {
  [ -x "$ENGINE_BIN/$1" ] || die "$ENGINE_BIN/$1 is not built; run 'make build' first"
  printf '%s' "$ENGINE_BIN/$1"
}

# engine_prepare: keys, tables, topics and schemas; each step does nothing where its work is done.
engine_prepare() {
  local program step
  program=$(engine_program order-engine)
  load_env
  "$program" keys --dir "$ORDERS_STATE/keys"
  for step in migrate topics schemas; do
    "$program" "$step" || die "'order-engine $step' failed; its message is above"
  done
  # After an upgrade the read models may have other tables; while they do, the projector would wait.
  program=$(engine_program orderctl)
  "$program" replay rebuild --all --outdated 2>&1 | sed 's/^/  /' ||
    die "the read models could not be made anew from the log; the message is above"
}

# What an engine that runs has to be started anew for when it changes.
ENGINE_STARTED_WITH="$OPTIONAL_SETTINGS"' ENGINE_COMMANDS_PER_S ENGINE_QUERY_COST_PER_S ENGINE_JWKS ENGINE_JWT_ISSUER ENGINE_JWT_AUDIENCE ENGINE_MASTER_KEY_FILE SAGA_POLICIES_FILE BANK_ACCOUNTS_FILE STRIPE_API_URL STRIPE_API_KEY STRIPE_WEBHOOK_SECRET SHIPPING_CARRIERS SHIPPING_CARRIER_KEY SHIPPING_WEBHOOK_SECRET SMTP_URL KITCHEN_SIMULATED_STAFF_SPEED NOTIFICATION_FROM NOTIFICATION_PUBLIC_URL WEBHOOK_PRIVATE_ADDRESSES'

# engine_is_stale: whether the program was built anew or the policies were changed after this engine was started, or a setting is
# another one.
engine_is_stale() {
  local names wanted served policies
  names="^(${ENGINE_STARTED_WITH// /|})="
  wanted=$(grep -E "$names" "$ORDERS_STATE/env" | LC_ALL=C sort) || true
  served=$( (tr '\0' '\n' <"/proc/$(pid_of engine)/environ") 2>/dev/null | grep -E "$names" | LC_ALL=C sort) || true
  policies=$(sed -n 's/^SAGA_POLICIES_FILE=//p' "$ORDERS_STATE/env")
  [ "$ENGINE_BIN/order-engine" -nt "$(pid_file engine)" ] || [ "$policies" -nt "$(pid_file engine)" ] || [ "$wanted" != "$served" ]
}

engine_spawn() {
  local program
  program=$(engine_program order-engine)
  load_env
  spawn engine "$program" serve
}

engine_ready() { :; }
engine_stop() { stop_process engine "$1" TERM 30; }
engine_kill() { kill -s KILL "$1"; }
engine_drop() { rm -rf "$ORDERS_STATE/keys" "$ORDERS_STATE/walked"; }
