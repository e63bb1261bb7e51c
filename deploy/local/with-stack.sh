#!/usr/bin/env bash
# Runs a command beside a throw-away Postgres, Kafka and registry of its own, on free ports; takes all down afterwards,
# also after Ctrl-C, and ends with the command's status.
#
#   with-stack.sh COMMAND [ARGUMENT...]
#
# The command finds in its environment:
#   ORDERS_TEST_POSTGRES_URL            a superuser's address, to make databases with
#   ORDERS_DATABASE_URL, …              the databases of deploy/postgres/databases.txt, empty, and those that SEPARATE_DATABASES names
#   KAFKA_BROKERS, SCHEMA_REGISTRY_URL  where the others listen
#   ENGINE_URL, ENGINE_LISTEN, ENGINE_… as `make up` would set them, on a free port; no engine is started
#   STRIPE_API_URL                      where `stack start payments` would listen; no key, so that payments wait, and no policies, so
#                                       that placed orders are left alone
#   ORDERS_STATE, ENGINE_STACK          the stack's folder and the script that stops, kills and starts its parts
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# What belongs to a running `make up`, or to its user, must not leak into a stack of our own.
unset ORDERS_STATE KAFKA_BROKERS SCHEMA_REGISTRY_URL
for name in $(compgen -A export | grep '_DATABASE_URL$'); do unset "$name"; done
unset ORDERS_LOCAL ENGINE_URL ENGINE_LISTEN ENGINE_METRICS_LISTEN ENGINE_JWKS ENGINE_MASTER_KEY_FILE ENGINE_SIGNING_KEY ENGINE_JWT_ISSUER ENGINE_JWT_AUDIENCE
unset SHIPPING_CARRIER_KEY SHIPPING_WEBHOOK_SECRET SMTP_URL NOTIFICATION_FROM NOTIFICATION_PUBLIC_URL NOTIFICATION_LOCALE NOTIFICATION_AGE_S_MAX
unset NOTIFICATION_TEMPLATES_DIR SMS_GATEWAY_URL SMS_GATEWAY_KEY SMS_SENDER WEBHOOK_PRIVATE_ADDRESSES
unset ENGINE_GRAPHIQL_DIR DRAFTS_EXPIRE_DAYS STRIPE_API_URL STRIPE_API_KEY STRIPE_WEBHOOK_SECRET SHIPPING_CARRIERS SAGA_POLICIES_FILE BANK_ACCOUNTS_FILE KITCHEN_SIMULATED_STAFF_SPEED
# A stack for tests lives for minutes; benchmarks say full.
export JAVA_COMPILER=${JAVA_COMPILER:-quick}
# All participants share a log unless this run says otherwise.
SEPARATE_DATABASES=${SEPARATE_DATABASES:-none}
for file in common settings postgres; do
  # shellcheck source=/dev/null
  . "$here/lib/$file.sh"
done
export ENGINE_STACK=$here/stack
# Seconds that the command has to end by itself after a signal.
CHILD_SECONDS_MAX=10

[ $# -gt 0 ] || die 'usage: with-stack.sh COMMAND [ARGUMENT...]'

take_down() {
  trap '' INT TERM
  ORDERS_STATE=$1 "$ENGINE_STACK" kill all || true
  ORDERS_STATE=$1 "$ENGINE_STACK" drop all || true
  rm -rf "$1"
}

# kill_leftover PID FOLDER: the command of a run, with all it started, when its environment shows that it is that run's.
kill_leftover() {
  if [ -n "$1" ] && (tr '\0' '\n' <"/proc/$1/environ") 2>/dev/null | grep -qxF "ORDERS_STATE=$2"; then
    kill -s KILL -- "-$1" 2>/dev/null || true
  fi
}

# An earlier run that was killed outright could not take its stack down.
sweep() {
  local folder
  for folder in "$ROOT"/.local/throw-away-*; do
    [ -d "$folder" ] || continue
    if ! runs_as "$(cat "$folder/owner" 2>/dev/null || echo none)" with-stack.sh; then
      warn "taking down what an earlier run left in $folder"
      kill_leftover "$(cat "$folder/command" 2>/dev/null || true)" "$folder"
      take_down "$folder"
    fi
  done
}

"$here/install.sh"
"$here/fetch.sh"
with_lock "$ROOT/.local/throw-away.lock" 120 'throw-away stacks'
sweep
ORDERS_STATE=$(mktemp -d "$ROOT/.local/throw-away-XXXXXX")
export ORDERS_STATE
printf '%s\n' $$ >"$ORDERS_STATE/owner"
release_lock
chmod 755 "$ORDERS_STATE" # the postgres user has to get in
mkdir -p "$ORDERS_STATE"/{run,logs}
(umask 077 && mkdir -p "$ORDERS_STATE/keys")
trap 'take_down "$ORDERS_STATE"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Written down, not exported: the stack's own record is what its script goes by from here on.
POSTGRES_PORT=$(free_port) KAFKA_PORT=$(free_port) KAFKA_CONTROLLER_PORT=$(free_port)
REGISTRY_PORT=$(free_port) ENGINE_PORT=$(free_port) METRICS_PORT=$(free_port) PAYMENTS_PORT=$(free_port) CARRIERS_PORT=$(free_port)
SMTP_PORT=$(free_port) MAIL_PORT=$(free_port)
export -n POSTGRES_PORT KAFKA_PORT KAFKA_CONTROLLER_PORT REGISTRY_PORT ENGINE_PORT METRICS_PORT PAYMENTS_PORT CARRIERS_PORT SMTP_PORT MAIL_PORT
remember_ports
write_env
say 'Starting a throw-away Postgres, Kafka and registry'
for part in postgres kafka registry; do "$ENGINE_STACK" start "$part"; done

load_env
ORDERS_TEST_POSTGRES_URL=$(own_url ORDERS_TEST_POSTGRES_URL)
export ORDERS_TEST_POSTGRES_URL

# In a process group of its own, so that a signal to this script ends the whole of it at once.
set -m
"$@" </dev/null &
child=$!
printf '%s\n' "$child" >"$ORDERS_STATE/command"
set +m
end_child() {
  kill -s "$1" -- "-$child" 2>/dev/null || true
  wait_until "$CHILD_SECONDS_MAX" child_is_gone || kill -s KILL -- "-$child" 2>/dev/null || true
  exit "$2"
}
child_is_gone() { ! kill -0 -- "-$child" 2>/dev/null; }
trap 'end_child INT 130' INT
trap 'end_child TERM 143' TERM HUP
wait "$child"
