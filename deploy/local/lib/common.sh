# What every script here needs: messages, bounded waits, and processes that are known to be ours before they are signalled.
# Sourced, never run. Expects ORDERS_STATE once settings.sh has been read.

# say TEXT: one line to the user. Goes to stderr, so that stdout stays for what other programs read.
say() { printf '%s\n' "$*" >&2; }
warn() { printf 'note: %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

have() { command -v "$1" >/dev/null 2>&1; }

is_root() { [ "$(id -u)" -eq 0 ]; }

# run_logged LABEL LOG COMMAND...: runs something long; shows how long it has run; on failure shows the end of its log.
run_logged() {
  local label=$1 log=$2 started=$SECONDS tick=0 pid
  shift 2
  "$@" </dev/null >"$log" 2>&1 &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    tick=$((tick + 1))
    if [ -t 2 ]; then
      printf '\r  %s … %d s' "$label" $((SECONDS - started)) >&2
    elif [ $((tick % 50)) -eq 0 ]; then
      say "  $label … $((SECONDS - started)) s"
    fi
  done
  [ -t 2 ] && printf '\r\033[K' >&2
  if wait "$pid"; then
    say "  $label: done in $((SECONDS - started)) s"
  else
    tail -n 25 "$log" >&2
    die "$label failed; its whole log is $log"
  fi
}

# wait_until SECONDS COMMAND...: polls COMMAND until it succeeds; fails when the time is up.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# port_answers PORT: whether anything on this machine accepts connections there.
port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

port_is_free() { ! port_answers "$1"; }

# How long the kernel may take to close the sockets of a process that has been killed and has lost its command line already.
PORT_RELEASE_SECONDS_MAX=3

# require_free_port PART PORT VARIABLE URL_VARIABLE: refuses a port that somebody else has, and says what to do.
require_free_port() {
  local owner=''
  if wait_until "$PORT_RELEASE_SECONDS_MAX" port_is_free "$2"; then return; fi
  if have ss; then
    owner=$(ss -Hltnp "sport = :$2" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/ (\1, pid \2)/p' | head -n 1)
  fi
  die "port $2, meant for $1, is taken by a process that is not ours$owner.
  Either stop that process, or use another port:    $3=$(($2 + 10000)) make up
  or, if it is the $1 you want to use, say so:  $4=… make up"
}

pid_file() { printf '%s/run/%s.pid' "$ORDERS_STATE" "$1"; }
log_file() { printf '%s/logs/%s.log' "$ORDERS_STATE" "$1"; }

# runs_as PID WORD...: whether that process is alive and its command line holds every WORD, so that a recycled
# process id is never taken for ours.
runs_as() {
  local pid=$1 line word
  shift
  # Read in one go: the file may vanish at any time. A zombie's command line is empty.
  line=$( (tr '\0' ' ' <"/proc/$pid/cmdline") 2>/dev/null) || return 1
  for word in "$@"; do
    [[ $line == *"$word"* ]] || return 1
  done
}

# pid_of PART: prints the process id of a part that is running and ours; fails otherwise.
pid_of() {
  local pid
  pid=$(cat "$(pid_file "$1")" 2>/dev/null) || return 1
  [[ $pid =~ ^[0-9]+$ ]] && "$1_is_ours" "$pid" && printf '%s' "$pid"
}

is_gone() { ! "$1_is_ours" "$2"; }

# spawn PART COMMAND...: starts a daemon in a session of its own, with none of our files open, logging to its file.
spawn() {
  local part=$1 log
  shift
  log=$(log_file "$part")
  keep_log_small "$log"
  (
    for fd in /proc/"$BASHPID"/fd/*; do
      fd=${fd##*/}
      if [ "$fd" -gt 2 ] && [ "$fd" -lt 255 ]; then exec {fd}>&-; fi
    done
    exec setsid "$@" </dev/null >>"$log" 2>&1
  ) &
  # Until it has become the command it is still this script by its command line.
  wait_until 10 has_become "$part" "$!" || true
  printf '%s\n' "$!" >"$(pid_file "$part")"
}

has_become() { "$1_is_ours" "$2" || ! kill -0 "$2" 2>/dev/null; }

LOG_BYTES_MAX=$((64 * 1024 * 1024))
keep_log_small() {
  [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -le "$LOG_BYTES_MAX" ] || mv -f "$1" "$1.1"
}

# await PART SECONDS: waits until a part answers; gives up at once when its process has ended.
await() {
  local part=$1 end=$((SECONDS + $2))
  until "${part}_answers"; do
    # Not by its command line: between two programs of a chain of execs that is empty for a moment.
    if ! kill -0 "$(cat "$(pid_file "$part")")" 2>/dev/null; then
      explain "$part" "$part ended while starting"
    elif [ "$SECONDS" -ge "$end" ]; then
      explain "$part" "$part did not answer within $2 s"
    fi
    sleep 0.05
  done
}

# explain PART WHAT: ends with what went wrong, the end of the part's log, and what to do; a part that knows better than the
# general advice has a function PART_advice.
explain() {
  local advice=''
  say "--- last lines of $(log_file "$1")"
  tail -n 20 "$(log_file "$1")" >&2 || true
  if declare -F "$1_advice" >/dev/null; then advice=$("$1_advice"); fi
  die "$2. ${advice:-The lines above are its log. 'make up' tries again; 'make clean' starts from nothing.}"
}

# stop_process PART PID SIGNAL SECONDS...: sends a signal and waits; then the next pair; then kills.
stop_process() {
  local part=$1 pid=$2
  shift 2
  while [ $# -ge 2 ]; do
    kill -s "$1" "$pid" 2>/dev/null || true
    # A suspended process would not handle the signal.
    kill -s CONT "$pid" 2>/dev/null || true
    wait_until "$2" is_gone "$part" "$pid" && return 0
    warn "$part (pid $pid) is still there $2 s after SIG$1"
    shift 2
  done
  kill -s KILL "$pid" 2>/dev/null || true
  wait_until 10 is_gone "$part" "$pid" || die "$part (pid $pid) cannot be killed"
}

# with_lock FILE SECONDS WHAT: holds a lock until this shell ends; says so when it has to wait.
with_lock() {
  exec {lock_fd}>"$1"
  flock -n "$lock_fd" && return
  say "Waiting: another process is busy with $3 …"
  flock -w "$2" "$lock_fd" || die "another process has held $3 for $2 s; try again when it is done"
}

release_lock() { exec {lock_fd}>&-; }

random_word() { od -An -N18 -tx1 /dev/urandom | tr -d ' \n'; }
