# The payment provider of a local stack: `order-engine simulate payments`. What it knows is in its memory alone, so it is left running
# while it answers, also when the program is built anew.

payments_is_ours() {
  runs_as "$1" 'order-engine simulate payments' || return 1
  # Its command line names no folder, so its environment identifies the stack that it belongs to.
  (tr '\0' '\n' <"/proc/$1/environ") 2>/dev/null | grep -qxF "ORDERS_STATE=$ORDERS_STATE"
}

payments_answers() { curl -fsS -o /dev/null -m 2 "$(own_url STRIPE_API_URL)/_simulator/methods" 2>/dev/null; }

payments_spawn() {
  local program
  program=$(engine_program order-engine)
  load_env
  STRIPE_WEBHOOK_SECRET=$(payments_webhook_secret) spawn payments "$program" simulate payments \
    --listen "127.0.0.1:$PAYMENTS_PORT" --webhook-url "$ENGINE_URL/v1/webhooks/stripe"
}

payments_ready() { :; }
payments_stop() { stop_process payments "$1" TERM 10; }
payments_kill() { kill -s KILL "$1"; }
payments_drop() { :; }
