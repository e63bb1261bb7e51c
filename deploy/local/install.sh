#!/usr/bin/env bash
# Installs, by apt, what a local stack needs and this machine lacks. Says what before doing it; does nothing when all is
# there. Rust is the one thing it does not install.
#
#   install.sh [--with-node]      Node and npm too, which only the build of GraphiQL needs
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in common settings postgres; do
  # shellcheck source=/dev/null
  . "$here/lib/$file.sh"
done

JAVA_VERSION_MIN=17

java_version() { java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p'; }

# missing_packages [--with-node]: prints the packages whose programs or headers are not there, however they would have come.
missing_packages() {
  if [ "${1:-}" = --with-node ]; then
    have node || echo nodejs
    have npm || echo npm
  fi
  have cc && have make || echo build-essential
  if have pkg-config; then
    pkg-config --exists openssl || echo libssl-dev
    pkg-config --exists zlib || echo zlib1g-dev
  else
    echo pkg-config libssl-dev zlib1g-dev
  fi
  have curl || echo curl
  [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
  is_brought postgres || [ -n "$(postgres_bin)" ] || echo postgresql
  if ! is_brought kafka || ! is_brought registry; then
    have java || echo default-jre-headless
    have mvn || echo maven
  fi
}

# as_admin COMMAND...: as root, directly or by sudo.
as_admin() { if is_root; then "$@"; else sudo "$@"; fi; }

# Debian's package would make and start a cluster of its own on port 5432, which nobody here needs. It asks this folder
# first; the answer is taken away again, so that later packages behave as ever.
NO_CLUSTER=/etc/postgresql-common/createcluster.d/order-engine.conf

install_packages() {
  local log=$ORDERS_STATE/logs/install.log
  if [[ " $* " == *' postgresql '* ]] && ! [ -d /etc/postgresql ]; then
    as_admin mkdir -p "$(dirname "$NO_CLUSTER")"
    echo 'create_main_cluster = false' | as_admin tee "$NO_CLUSTER" >/dev/null
    trap 'as_admin rm -f "$NO_CLUSTER"' EXIT
  fi
  run_logged 'Reading the package lists' "$log" as_admin apt-get update -q
  run_logged 'Installing' "$log" as_admin env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

mapfile -t packages < <(missing_packages "$@" | tr ' ' '\n')
if [ ${#packages[@]} -gt 0 ]; then
  say "Installing by apt what this machine lacks: ${packages[*]}"
  have apt-get || die "this machine has no apt. Install by hand what Debian calls: ${packages[*]}"
  if ! is_root; then
    have sudo || die "needs root, and there is no sudo. As root:  apt-get install ${packages[*]}"
    sudo -v || die "needs root. As root:  apt-get install ${packages[*]}"
  fi
  install_packages "${packages[@]}"
fi

have cargo || die "Rust is missing. Install it with rustup (see rust-lang.org), open a new shell, and run 'make up' again"
if have java && [ "$(java_version)" -lt "$JAVA_VERSION_MIN" ]; then
  die "Java $(java_version) is too old: Kafka needs $JAVA_VERSION_MIN or newer. Install openjdk-17-jre-headless or put a newer java first in PATH"
fi
