# Where a local stack keeps its things, on which ports it listens, and which parts the user brings instead.
# Sourced after common.sh. A stack is one folder, ORDERS_STATE; several run side by side on different ports.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
ORDERS_STATE=${ORDERS_STATE:-$ROOT/.local}
ENGINE_CACHE=${ENGINE_CACHE:-$ROOT/.local/cache}
ENGINE_BIN=${ENGINE_BIN:-${CARGO_TARGET_DIR:-$ROOT/target}/release}
mkdir -p "$ORDERS_STATE"/{run,logs} "$ENGINE_CACHE"
(umask 077 && mkdir -p "$ORDERS_STATE/keys")
ORDERS_STATE=$(cd "$ORDERS_STATE" && pwd)
ENGINE_CACHE=$(cd "$ENGINE_CACHE" && pwd)
export ORDERS_STATE ENGINE_CACHE

# setting NAME DEFAULT: the environment wins, then what this stack was last started with, then the default.
setting() {
  local recorded=''
  [ -f "$ORDERS_STATE/ports" ] && recorded=$(sed -n "s/^$1=//p" "$ORDERS_STATE/ports")
  printf '%s' "${!1:-${recorded:-$2}}"
}

POSTGRES_PORT=$(setting POSTGRES_PORT 5433)
KAFKA_PORT=$(setting KAFKA_PORT 9092)
# shellcheck disable=SC2034 # read by lib/kafka.sh
KAFKA_CONTROLLER_PORT=$(setting KAFKA_CONTROLLER_PORT $((KAFKA_PORT + 1)))
REGISTRY_PORT=$(setting REGISTRY_PORT 8081)
ENGINE_PORT=$(setting ENGINE_PORT 8080)
METRICS_PORT=$(setting METRICS_PORT 9464)
PAYMENTS_PORT=$(setting PAYMENTS_PORT 12111)
CARRIERS_PORT=$(setting CARRIERS_PORT 8095)
# A parcel that takes a day arrives in 15 s.
CARRIERS_SPEED=$(setting CARRIERS_SPEED 5760)
SMTP_PORT=$(setting SMTP_PORT 1025)
# shellcheck disable=SC2034 # read by lib/mail.sh
MAIL_PORT=$(setting MAIL_PORT 1080)

remember_ports() {
  local name
  for name in POSTGRES_PORT KAFKA_PORT KAFKA_CONTROLLER_PORT REGISTRY_PORT ENGINE_PORT METRICS_PORT PAYMENTS_PORT CARRIERS_PORT CARRIERS_SPEED SMTP_PORT MAIL_PORT SEPARATE_DATABASES; do
    printf '%s=%s\n' "$name" "${!name}"
  done >"$ORDERS_STATE/ports.new"
  mv "$ORDERS_STATE/ports.new" "$ORDERS_STATE/ports"
}

# secret NAME: prints a password of this stack, made up on first use and readable by its owner alone.
secret() {
  local file=$ORDERS_STATE/secrets
  if ! grep -qs "^$1=" "$file"; then
    (umask 077 && printf '%s=%s\n' "$1" "$(random_word)" >>"$file")
  fi
  sed -n "s/^$1=//p" "$file"
}

# own_url NAME: the address that this stack gives to the setting NAME.
own_url() {
  local database
  case $1 in
    *_DATABASE_URL)
      database=$(printf '%s' "${1%_DATABASE_URL}" | tr '[:upper:]' '[:lower:]')
      printf 'postgres://%s:%s@127.0.0.1:%s/%s' "$database" "$(secret "$database")" "$POSTGRES_PORT" "$database"
      ;;
    ORDERS_TEST_POSTGRES_URL) printf 'postgres://postgres:%s@127.0.0.1:%s/postgres' "$(secret postgres)" "$POSTGRES_PORT" ;;
    KAFKA_BROKERS) printf '127.0.0.1:%s' "$KAFKA_PORT" ;;
    SCHEMA_REGISTRY_URL) printf 'http://127.0.0.1:%s/apis/ccompat/v7' "$REGISTRY_PORT" ;;
    ENGINE_URL) printf 'http://127.0.0.1:%s' "$ENGINE_PORT" ;;
    STRIPE_API_URL) printf 'http://127.0.0.1:%s' "$PAYMENTS_PORT" ;;
    SHIPPING_CARRIERS) printf 'postal=http://127.0.0.1:%s/postal,courier=http://127.0.0.1:%s/courier' "$CARRIERS_PORT" "$CARRIERS_PORT" ;;
    SMTP_URL) printf 'smtp://127.0.0.1:%s' "$SMTP_PORT" ;;
    *) die "no such setting: $1" ;;
  esac
}

# The databases that the engine needs, as its list of participants says, and those of participants that have a log of their own in this
# stack: the ones named in SEPARATE_DATABASES, separated by commas, and the ones that the user brings.
SEPARATE_DATABASES=$(setting SEPARATE_DATABASES none)
DATABASES=$(cat "$ROOT/deploy/postgres/databases.txt")
OWN_DATABASES=$(cat "$ROOT/deploy/postgres/own-databases.txt")
for name in $OWN_DATABASES; do
  variable=${name^^}_DATABASE_URL
  if [[ ",$SEPARATE_DATABASES," == *",$name,"* ]] || [ -n "${!variable:-}" ]; then DATABASES+=" $name"; fi
done
for name in ${SEPARATE_DATABASES//,/ }; do
  [ "$name" = none ] || grep -qxF "$name" <<<"$OWN_DATABASES" ||
    die "SEPARATE_DATABASES names $name; it takes ${OWN_DATABASES//$'\n'/, }, or none"
done
CONNECTIONS='KAFKA_BROKERS SCHEMA_REGISTRY_URL ENGINE_URL STRIPE_API_URL'
# A key alone is one for Stripe itself, as it is for the engine.
if [ -n "${STRIPE_API_KEY:-}" ] && [ -z "${STRIPE_API_URL:-}" ]; then STRIPE_API_URL=https://api.stripe.com; fi
for name in $DATABASES; do CONNECTIONS+=" ${name^^}_DATABASE_URL"; done

without_password() { printf '%s' "$1" | sed -E 's#^postgres(ql)?://([^:@/]*):[^@]*@#postgres://\2@#'; }

# is_from_us NAME: whether NAME was put into this shell by this stack's own `make env`, which leaves its mark beside it,
# also when that was before a change of ports or passwords.
is_from_us() {
  local given
  [ "${ORDERS_LOCAL:-}" = "$ORDERS_STATE" ] || return 1
  given=$(without_password "${!1}")
  [ "$given" = "$(without_password "$(own_url "$1")")" ] || grep -qsxF "$1=$given" "$ORDERS_STATE/own"
}

# What the user has set by hand, decided once, before anything recorded is loaded.
BROUGHT=''
for name in $CONNECTIONS; do
  if [ -n "${!name:-}" ] && ! is_from_us "$name"; then BROUGHT+=" $name"; fi
done

is_foreign() { [[ " $BROUGHT " == *" $1 "* ]]; }

url_of() { if is_foreign "$1"; then printf '%s' "${!1}"; else own_url "$1"; fi; }

# is_brought PART: whether the user brings that part, so that none of the kind is to be started.
is_brought() {
  case $1 in
    postgres)
      local name
      for name in $DATABASES; do is_foreign "${name^^}_DATABASE_URL" || return 1; done
      ;;
    kafka) is_foreign KAFKA_BROKERS ;;
    registry) is_foreign SCHEMA_REGISTRY_URL ;;
    engine) is_foreign ENGINE_URL ;;
    payments) is_foreign STRIPE_API_URL ;;
    carriers) [ -n "${SHIPPING_CARRIERS:-}" ] && [ "$SHIPPING_CARRIERS" != "$(own_url SHIPPING_CARRIERS)" ] ;;
    mail) [ -n "${SMTP_URL:-}" ] && [ "$SMTP_URL" != "$(own_url SMTP_URL)" ] ;;
  esac
}

# was_brought PART: the same as recorded by the last `make up`, for a shell that does not have the variables.
was_brought() {
  local BROUGHT
  BROUGHT=$(cat "$ORDERS_STATE/brought" 2>/dev/null) && is_brought "$1"
}

# The secrets that the engine and the payment simulator of this stack share.
payments_key() { printf 'sk_test_%s' "$(secret payments_key)"; }
payments_webhook_secret() { printf 'whsec_%s' "$(secret payments_webhook)"; }

# The secrets that the engine and the carriers of this stack share.
carriers_key() { printf 'ck_%s' "$(secret carriers_key)"; }
carriers_webhook_secret() { printf 'whsec_%s' "$(printf '%s' "$(secret carriers_webhook)" | base64 -w 0)"; }

# shop_settings: with what placed orders are driven and paid, a line each. A provider that the user brings has the user's keys.
shop_settings() {
  local name
  printf 'SAGA_POLICIES_FILE=%s\n' "${SAGA_POLICIES_FILE:-$ROOT/deploy/policies.toml}"
  [ -z "${BANK_ACCOUNTS_FILE:-}" ] || printf 'BANK_ACCOUNTS_FILE=%s\n' "$BANK_ACCOUNTS_FILE"
  if is_foreign STRIPE_API_URL; then
    for name in STRIPE_API_KEY STRIPE_WEBHOOK_SECRET; do
      [ -z "${!name:-}" ] || printf '%s=%s\n' "$name" "${!name}"
    done
  else
    printf 'STRIPE_API_KEY=%s\n' "$(payments_key)"
    printf 'STRIPE_WEBHOOK_SECRET=%s\n' "$(payments_webhook_secret)"
  fi
  if is_brought carriers; then
    for name in SHIPPING_CARRIERS SHIPPING_CARRIER_KEY SHIPPING_WEBHOOK_SECRET; do
      [ -z "${!name:-}" ] || printf '%s=%s\n' "$name" "${!name}"
    done
  else
    printf 'SHIPPING_CARRIERS=%s\n' "$(own_url SHIPPING_CARRIERS)"
    printf 'SHIPPING_CARRIER_KEY=%s\n' "$(carriers_key)"
    printf 'SHIPPING_WEBHOOK_SECRET=%s\n' "$(carriers_webhook_secret)"
  fi
  if is_brought mail; then
    printf 'SMTP_URL=%s\n' "$SMTP_URL"
  elif mail_is_installed; then
    printf 'SMTP_URL=%s\n' "$(own_url SMTP_URL)"
  fi
  printf 'KITCHEN_SIMULATED_STAFF_SPEED=%s\n' "${KITCHEN_SIMULATED_STAFF_SPEED:-60}"
  printf 'NOTIFICATION_FROM=%s\n' "${NOTIFICATION_FROM:-Demo Shop <shop@shop.example>}"
  printf 'NOTIFICATION_PUBLIC_URL=%s\n' "${NOTIFICATION_PUBLIC_URL:-$(url_of ENGINE_URL)}"
  # Receivers of webhooks run on this machine.
  printf 'WEBHOOK_PRIVATE_ADDRESSES=%s\n' "${WEBHOOK_PRIVATE_ADDRESSES:-allow}"
}

# What the engine is given as this shell has it, if it has it.
OPTIONAL_SETTINGS='DRAFTS_EXPIRE_DAYS ENGINE_AGGREGATE_CACHE_BYTES ENGINE_GRAPHIQL_DIR ENGINE_CORS_ORIGINS ENGINE_CONNECTIONS_PER_PEER_MAX OTEL_EXPORTER_OTLP_ENDPOINT RUST_LOG ENGINE_LOG RELAY_BROKERS_THAT_LOSE_MARKERS NOTIFICATION_LOCALE NOTIFICATION_AGE_S_MAX NOTIFICATION_TEMPLATES_DIR SMS_GATEWAY_URL SMS_GATEWAY_KEY SMS_SENDER'

# write_env [LINES]: records in $ORDERS_STATE/env everything that the engine and orderctl read, and LINES; for its owner's eyes
# alone.
write_env() {
  local name file=$ORDERS_STATE/env
  (umask 077 && : >"$file.new")
  {
    for name in $CONNECTIONS; do printf '%s=%s\n' "$name" "$(url_of "$name")"; done
    printf 'ENGINE_LISTEN=127.0.0.1:%s\n' "$ENGINE_PORT"
    printf 'ENGINE_METRICS_LISTEN=127.0.0.1:%s\n' "$METRICS_PORT"
    # One developer's token does the work of a whole tenant's tokens: load tests shall measure the engine, not its budgets.
    printf 'ENGINE_COMMANDS_PER_S=%s\n' "${ENGINE_COMMANDS_PER_S:-100000}"
    printf 'ENGINE_QUERY_COST_PER_S=%s\n' "${ENGINE_QUERY_COST_PER_S:-10000000}"
    printf 'ENGINE_JWKS=%s\n' "${ENGINE_JWKS:-$ORDERS_STATE/keys/jwks.json}"
    printf 'ENGINE_JWT_ISSUER=%s\n' "${ENGINE_JWT_ISSUER:-order-engine-dev}"
    printf 'ENGINE_JWT_AUDIENCE=%s\n' "${ENGINE_JWT_AUDIENCE:-order-engine}"
    printf 'ENGINE_MASTER_KEY_FILE=%s\n' "${ENGINE_MASTER_KEY_FILE:-$ORDERS_STATE/keys/master.key}"
    printf 'ENGINE_SIGNING_KEY=%s\n' "${ENGINE_SIGNING_KEY:-$ORDERS_STATE/keys/signing.pem}"
    for name in $OPTIONAL_SETTINGS; do
      [ -z "${!name:-}" ] || printf '%s=%s\n' "$name" "${!name}"
    done
    [ -z "${1:-}" ] || printf '%s\n' "$1"
    printf 'ORDERS_LOCAL=%s\n' "$ORDERS_STATE"
  } >>"$file.new"
  for name in $CONNECTIONS; do printf '%s=%s\n' "$name" "$(without_password "$(own_url "$name")")"; done >"$ORDERS_STATE/own"
  printf '%s\n' "$BROUGHT" >"$ORDERS_STATE/brought"
  mv "$file.new" "$file"
}

# load_env: puts the recorded settings into this shell's environment, for the programs it starts.
load_env() {
  local line
  [ -f "$ORDERS_STATE/env" ] || die "nothing has been set up yet in $ORDERS_STATE; run 'make up' first"
  while IFS= read -r line; do export "${line?}"; done <"$ORDERS_STATE/env"
}

# free_port: prints a port that nothing listens on, below those that the kernel hands out to clients by itself.
free_port() {
  local port
  for _ in {1..100}; do
    port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000))
    if ! port_answers "$port"; then
      printf '%s' "$port"
      return
    fi
  done
  die 'no free port found'
}
