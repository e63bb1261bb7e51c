# The mail server of a local stack: maildev, from npm, pinned in deploy/local/mail. It keeps mails in its memory and shows them on a page.
# The engine does without it: where npm is not to be had, no mails are sent.

MAIL_SOURCE=$ROOT/deploy/local/mail

# mail_dir: what npm installed, one folder for each state of the lock file.
mail_dir() { printf '%s/mail-%s' "$ENGINE_CACHE" "$(cat "$MAIL_SOURCE"/package*.json | cksum | cut -d ' ' -f 1)"; }

mail_program() { printf '%s/node_modules/maildev/dist/bin/maildev.js' "$(mail_dir)"; }

mail_is_installed() { [ -f "$(mail_dir)/installed" ]; }

# mail_install: fetches maildev once. Fails where npm or its packages are not to be had.
mail_install() {
  local dir
  if mail_is_installed; then return; fi
  have node && have npm || return 1
  dir=$(mail_dir)
  say "Fetching maildev through npm (110 MB, once) into $ENGINE_CACHE"
  rm -rf "$dir"
  mkdir -p "$dir"
  cp "$MAIL_SOURCE"/package*.json "$dir"
  # --ignore-scripts: nothing that is fetched runs while it is installed.
  npm --prefix "$dir" ci --ignore-scripts --no-audit --no-fund >"$ENGINE_CACHE/mail-npm.log" 2>&1 || return 1
  touch "$dir/installed"
}

mail_is_ours() {
  runs_as "$1" maildev || return 1
  # Its command line names no folder, so its environment identifies the stack that it belongs to.
  (tr '\0' '\n' <"/proc/$1/environ") 2>/dev/null | grep -qxF "ORDERS_STATE=$ORDERS_STATE"
}

mail_answers() { curl -fsS -H 'Accept: text/html' -o /dev/null -m 2 "http://127.0.0.1:$MAIL_PORT/" 2>/dev/null && port_answers "$SMTP_PORT"; }

mail_spawn() {
  # Without STARTTLS, which it would offer with a certificate that nobody trusts.
  spawn mail node "$(mail_program)" --ip 127.0.0.1 --smtp "$SMTP_PORT" --web-ip 127.0.0.1 --web "$MAIL_PORT" \
    --hide-extensions STARTTLS --max-emails 1000
}

mail_ready() { :; }
mail_stop() { stop_process mail "$1" TERM 10; }
mail_kill() { kill -s KILL "$1"; }
mail_drop() { :; }
