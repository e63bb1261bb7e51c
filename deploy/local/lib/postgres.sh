# The Postgres of a local stack. It refuses to run as root, so root starts it as the system's `postgres` user.

# Its folder: in the stack's own, unless that user cannot get there (a checkout under /root, say).
postgres_data() { cat "$ORDERS_STATE/postgres.path" 2>/dev/null || printf '%s/postgres' "$ORDERS_STATE"; }

# as_postgres COMMAND...: setpriv rather than runuser, because it becomes the command and leaves no parent between.
as_postgres() {
  if is_root; then
    (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@")
  else
    "$@"
  fi
}

# postgres_bin: the folder of the server's programs, of the version that the data was made with if there is some.
postgres_bin() {
  local version
  if [ -n "${POSTGRES_BIN:-}" ]; then printf '%s' "$POSTGRES_BIN"; return; fi
  version=$(cat "$(postgres_data)/PG_VERSION" 2>/dev/null) || version='*'
  find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -path "*/$version/bin" 2>/dev/null | sort -V | tail -n 1
}

postgres_is_ours() { runs_as "$1" postgres "-D $(postgres_data) "; }

postgres_answers() {
  "$(postgres_bin)/pg_isready" -q -h 127.0.0.1 -p "$POSTGRES_PORT" -d postgres -t 2
}

postgres_admin() {
  PGPASSWORD=$(secret postgres) PGCONNECT_TIMEOUT=10 "$(postgres_bin)/psql" -X -q -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$POSTGRES_PORT" -U postgres -d postgres "$@"
}

postgres_choose_folder() {
  local data=$ORDERS_STATE/postgres
  [ ! -f "$ORDERS_STATE/postgres.path" ] && [ ! -f "$data/PG_VERSION" ] || return 0
  if is_root && ! as_postgres test -x "$ORDERS_STATE"; then
    data=/var/lib/postgresql/order-engine-$(printf '%s' "$ORDERS_STATE" | cksum | cut -d ' ' -f 1)
    say "  The postgres user cannot enter $ORDERS_STATE; its data goes to $data"
  fi
  printf '%s\n' "$data" >"$ORDERS_STATE/postgres.path"
}

postgres_init() {
  local data bin
  postgres_choose_folder
  data=$(postgres_data)
  bin=$(postgres_bin)
  [ -n "$bin" ] || die "no Postgres server is installed; 'make up' installs it, or set POSTGRES_BIN to the folder of its programs"
  if [ ! -f "$data/ready" ]; then
    say "  Making a new Postgres database folder in $data"
    rm -rf "$data"
    mkdir -p "$data"
    if is_root; then chown postgres: "$data"; fi
    # initdb insists on a file; a pipe of its own user's keeps the password off the disk.
    # shellcheck disable=SC2016 # expanded by the inner shell
    secret postgres | as_postgres bash -c '"$1/initdb" -D "$2" -U postgres --pwfile=<(cat) --auth=scram-sha-256 \
      --encoding=UTF8 --locale=C.UTF-8 --data-checksums' _ "$bin" "$data" >"$(log_file postgres)" 2>&1 ||
      explain postgres 'initdb failed'
    printf "include 'order-engine.conf'\n" >>"$data/postgresql.conf"
    touch "$data/ready"
  fi
  cp "$ROOT/deploy/local/postgres/order-engine.conf" "$data/order-engine.conf"
  # Tests make and drop hundreds of databases, each a wait for the disk; that they survive a loss of power matters to nobody.
  if [ "${POSTGRES_FSYNC:-on}" = off ]; then printf 'fsync = off\n' >>"$data/order-engine.conf"; fi
  # Benchmarks count statements; nobody else pays for it.
  if [ "${POSTGRES_STATEMENTS:-off}" = on ]; then
    printf "shared_preload_libraries = 'pg_stat_statements'\n" >>"$data/order-engine.conf"
  fi
  if is_root; then chown postgres: "$data/order-engine.conf"; fi
}

# postgres_forget_dead: a killed server leaves its process id in its folder, and refuses to start while that process is
# still listed, though only as a zombie that nobody has reaped yet. Where nothing lives in the folder, the note is void; its other
# processes may take a moment to end.
postgres_forget_dead() {
  local note pid
  note=$(postgres_data)/postmaster.pid
  pid=$(head -n 1 "$note" 2>/dev/null) || return 0
  if grep -qs '^State:[[:space:]]*Z' "/proc/$pid/status" && wait_until 10 postgres_folder_is_idle; then
    rm -f "$note"
  fi
}

postgres_folder_is_idle() {
  [ -z "$(find /proc/[0-9]*/cwd -maxdepth 0 -lname "$(postgres_data)" 2>/dev/null)" ]
}

postgres_spawn() {
  local run=()
  postgres_init
  postgres_forget_dead
  if is_root; then run=(setpriv --reuid=postgres --regid=postgres --init-groups); fi
  # The option after the folder distinguishes it from a folder whose name has the same beginning.
  spawn postgres "${run[@]}" "$(postgres_bin)/postgres" -D "$(postgres_data)" -c "port=$POSTGRES_PORT"
}

# postgres_ready: after it answers, every database and role is there (also when the first start was cut short).
postgres_ready() {
  local name passwords=''
  for name in $DATABASES; do passwords+=$name=$(secret "$name")$'\n'; done
  DATABASE_PASSWORDS=$passwords postgres_admin -o /dev/null -f "$ROOT/deploy/postgres/databases.sql"
}

postgres_stop() { stop_process postgres "$1" INT 30 QUIT 15; }

# postgres_kill PID: the server's processes all at once, as a crash of the machine would; they are found by parent.
postgres_kill() {
  local pids=("$1") file line fields
  for file in /proc/[0-9]*/stat; do
    { read -r line <"$file"; } 2>/dev/null || continue
    # After the name in parentheses: state, parent, …
    read -ra fields <<<"${line##*) }"
    [ "${fields[1]}" != "$1" ] || pids+=("${line%% *}")
  done
  kill -s KILL "${pids[@]}" 2>/dev/null || true
}

postgres_drop() { rm -rf "$(postgres_data)" "$ORDERS_STATE/postgres.path"; }
