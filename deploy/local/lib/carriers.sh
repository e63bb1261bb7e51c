# The carriers of a local stack: `order-engine simulate carrier`. What they know is in their memory alone, so they are left running
# while they answer, also when the program is built anew.

carriers_is_ours() {
  runs_as "$1" 'order-engine simulate carrier' || return 1
  # Its command line names no folder, so its environment identifies the stack that it belongs to.
  (tr '\0' '\n' <"/proc/$1/environ") 2>/dev/null | grep -qxF "ORDERS_STATE=$ORDERS_STATE"
}

carriers_answers() { curl -fsS -o /dev/null -m 2 "http://127.0.0.1:$CARRIERS_PORT/_simulator/outcomes" 2>/dev/null; }

carriers_spawn() {
  local program
  program=$(engine_program order-engine)
  load_env
  SHIPPING_WEBHOOK_SECRET=$(carriers_webhook_secret) spawn carriers "$program" simulate carrier \
    --listen "127.0.0.1:$CARRIERS_PORT" --speed "$CARRIERS_SPEED" --webhook-url "$ENGINE_URL/v1/webhooks/carriers"
}

carriers_ready() { :; }
carriers_stop() { stop_process carriers "$1" TERM 10; }
carriers_kill() { kill -s KILL "$1"; }
carriers_drop() { :; }
