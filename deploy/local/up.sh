#!/usr/bin/env bash
# `make up`: from a checkout to a running engine with a few orders in it. Each step does nothing where its work is done,
# so a second run only checks, restarts what is down, and reports.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in common settings postgres kafka java registry payments carriers mail engine graphiql; do
  # shellcheck source=/dev/null
  . "$here/lib/$file.sh"
done

READY_SECONDS_MAX=60
# Seconds that a part which runs may stay silent, on a busy machine, before it is started anew.
ANSWER_SECONDS_MAX=15
SAMPLE_INVOICES=50

with_lock "$ORDERS_STATE/run/up.lock" 3600 "this stack ($ORDERS_STATE)"

# start_if_down PART…: sets STARTED, for what has to be applied again to the parts that hold data.
STARTED=no
start_if_down() {
  local part
  for part in "$@"; do
    if is_brought "$part"; then
      say "  Using your $part; none is started"
    elif ! pid_of "$part" >/dev/null; then
      "$here/stack" start "$part"
      STARTED=yes
    elif ! wait_until "$ANSWER_SECONDS_MAX" "${part}_answers"; then
      warn "$part runs but does not answer on its port; it is started anew"
      "$here/stack" restart "$part"
      STARTED=yes
    fi
  done
}

# look_after_graphiql: the engine does without it; only the page at /graphql is then missing.
look_after_graphiql() {
  if is_brought engine || graphiql_is_yours; then return; fi
  if "$here/graphiql.sh"; then
    ENGINE_GRAPHIQL_DIR=$(graphiql_dir)
    export ENGINE_GRAPHIQL_DIR
  else
    unset ENGINE_GRAPHIQL_DIR
    warn "going on without GraphiQL, the page at /graphql: why is said above, and 'make up' tries again. All else works"
  fi
}

# look_after_mail: the engine does without it; no mails are sent then.
look_after_mail() {
  if is_brought mail || is_brought engine || mail_install; then return; fi
  warn "going on without maildev, to which sample orders are mailed: npm or its packages are not to be had ($ENGINE_CACHE/mail-npm.log), and 'make up' tries again. All else works"
}

build() {
  if [ -x "$ENGINE_BIN/order-engine" ]; then
    say 'Building what has changed'
  else
    say 'Building the release binaries; the first time takes some minutes'
  fi
  (cd "$ROOT" && cargo build --release -p order-engine -p orderctl) || die 'the build failed; what the compiler says is above'
}

engine_runs_well() {
  pid_of engine >/dev/null && ! engine_is_stale && wait_until "$READY_SECONDS_MAX" engine_answers
}

# look_after_engine: prepares and starts it unless it runs, is the program just built, and nothing below it is new.
look_after_engine() {
  if [ "$STARTED" = no ] && ! is_brought engine && engine_runs_well; then
    say '  Postgres, Kafka, the registry and the engine run already'
    return
  fi
  say 'Preparing keys, tables, topics and schemas'
  engine_prepare
  if is_brought engine; then
    say "  Using your engine at $ENGINE_URL; none is started"
  elif [ "$STARTED" = no ] || ! engine_runs_well; then
    "$here/stack" restart engine
  fi
}

# sample_file: the real invoices, where they are to be had.
sample_file() {
  local folder
  for folder in "${ORDERS_DATA:-}" "$ROOT/../shared/data"; do
    if [ -n "$folder" ] && [ -f "$folder/online-retail-2010-2011.csv.gz" ]; then
      printf '%s' "$folder/online-retail-2010-2011.csv.gz"
      return
    fi
  done
}

# import_samples ARGUMENT…: the samples have lines that are refused by rule, which the exit status 1 says.
import_samples() {
  local status=0
  "$(engine_program orderctl)" import "$@" || status=$?
  [ "$status" -le 1 ] || die 'the import failed; the engine runs, see above'
}

# walk_orders: once for each fresh store; later it shows what is there.
walk_orders() {
  local orderctl file
  orderctl=$(engine_program orderctl)
  if [ -e "$ORDERS_STATE/walked" ]; then
    say 'The newest orders'
    "$orderctl" orders || die "GraphQL does not show the orders; the engine runs, see above and 'make logs'"
    return
  fi
  file=$(sample_file)
  if [ -n "$file" ]; then
    say "Importing the first $SAMPLE_INVOICES invoices of $(basename "$file")"
    import_samples online-retail "$file" --first "$SAMPLE_INVOICES"
  else
    say "Importing $SAMPLE_INVOICES generated invoices; ORDERS_DATA names no folder with the real ones"
    import_samples sample --orders "$SAMPLE_INVOICES"
  fi
  say 'Walking sample orders through'
  "$orderctl" demo || die "the sample orders did not get through; the engine runs, see above and 'make logs'"
  touch "$ORDERS_STATE/walked"
}

mail_address() {
  if is_brought mail; then
    printf '%s (yours)' "$SMTP_URL"
  elif mail_is_installed; then
    printf 'http://127.0.0.1:%s   (what customers were sent; nothing leaves this machine)' "$MAIL_PORT"
  else
    printf 'none are sent; npm is not to be had'
  fi
}

summary() {
  local url token
  url=$(url_of ENGINE_URL)
  token=$("$(engine_program orderctl)" token --role admin)
  cat <<END

The engine is ready.
  commands   $url/v1          described at $url/docs
  queries    $url/graphql     (open it in a browser for GraphiQL; it takes the token below)
  payments   $(url_of STRIPE_API_URL)   $(is_brought payments && echo '(yours)' || echo '(a simulator; card data and money are made up)')
  carriers   $(is_brought carriers && echo "$SHIPPING_CARRIERS (yours)" || echo "http://127.0.0.1:$CARRIERS_PORT   (simulators; a parcel of a day takes 15 s)")
  mails      $(mail_address)
  health     $url/readyz      metrics: http://127.0.0.1:$METRICS_PORT/metrics
  settings   make env          logs: make logs          stop: make down

A development token (admin):
TOKEN=$token

Try, in the same shell:
curl -s $url/v1/orders -H "Authorization: Bearer \$TOKEN" -H "Idempotency-Key: \$(date +%s%N)" \\
  -H 'Content-Type: application/json' -d '{"customer":"C-1","currency":"GBP"}' -i

curl -s $url/graphql -H "Authorization: Bearer \$TOKEN" -H 'Content-Type: application/json' \\
  -d '{"query":"{ orders(first: 5) { totalCount nodes { number state version } } }"}'

curl -s $url/graphql -H "Authorization: Bearer \$TOKEN" -H 'Content-Type: application/json' \\
  -d '{"query":"{ stock(first: 5) { totalCount nodes { sku location onHand reserved available } } }"}'
END
}

"$here/install.sh"
if ! is_brought kafka || ! is_brought registry; then "$here/fetch.sh"; fi
look_after_graphiql
look_after_mail
remember_ports
write_env "$(shop_settings)"

say 'Looking after Postgres, Kafka and the registry'
start_if_down postgres kafka registry
build
if mail_is_installed && ! is_brought engine; then start_if_down mail; fi
look_after_engine
start_if_down payments carriers
load_env
walk_orders
summary
