# Every target is a thin word for a script in deploy/local, where the work is told. `make help` lists them.
SHELL := /bin/bash
LOCAL := deploy/local
STACK := $(LOCAL)/stack
STATE := $(or $(ORDERS_STATE),.local)
# For `make test`: what goes to cargo test, e.g.  make test TEST_ARGS='-p domain'
TEST_ARGS ?=
# For `make conformance`: the suites to run; all of them when it is empty.
SUITES ?=
# For `make bench-compare`: what to compare with, and which benchmarks.
BASE ?= HEAD~1
BENCHES ?= append relay http

.DEFAULT_GOAL := help
.PHONY: help up down clean status logs env build fetch graphiql test test-long bench bench-e2e bench-hop bench-idle bench-reservations bench-saga bench-year bench-import bench-reads bench-scale bench-compare conformance crashes schemas fmt lint

help: ## this list
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target text; do printf '%-20s %s\n' "$$target" "$$text"; done

up: ## install what is missing, build, start everything, walk sample orders through
	@$(LOCAL)/up.sh

down: ## stop every process; keep the data
	@$(LOCAL)/down.sh

clean: ## stop every process; drop the data
	@$(LOCAL)/down.sh --drop

status: ## what runs, and whether it answers
	@$(STACK) status all || true

logs: ## follow every log
	@tail -n 20 -F $(STATE)/logs/*.log

env: ## the connection settings, for: eval "$(make env)"
	@$(LOCAL)/env.sh

build: ## build the release binaries
	cargo build --release -p order-engine -p orderctl

fetch: ## fetch Kafka and the schema registry, without starting anything
	@$(LOCAL)/install.sh && $(LOCAL)/fetch.sh

graphiql: ## build GraphiQL, the page at /graphql, without starting anything
	@$(LOCAL)/graphiql.sh

test: ## format, lints and every test, on a throw-away stack of its own
	@POSTGRES_FSYNC=off $(LOCAL)/with-stack.sh $(LOCAL)/check.sh $(TEST_ARGS)

test-long: ## what takes minutes: engines, their parts and shards killed, stopped and given old copies of their data, 2,000 orders of a kitchen's lunch, every way to fail of every step of a saga, this Kafka's transaction markers, the erasure of 10,000 orders, and all again with inventory on a log of its own
	@POSTGRES_FSYNC=off $(LOCAL)/with-stack.sh cargo test -p messaging -p journeys --test it -- --ignored --test-threads=1 --nocapture
	@POSTGRES_FSYNC=off $(LOCAL)/with-stack.sh cargo test -p kitchen --test it -- --ignored --nocapture
	@cargo test -p order-engine -p orderctl --test it -- --ignored --test-threads=1 --nocapture
	@SEPARATE_DATABASES=inventory POSTGRES_FSYNC=off $(LOCAL)/with-stack.sh cargo test -p journeys --test it
	@CRASH_FULL=1 SEPARATE_DATABASES=inventory cargo test -p journeys --test crashes

# Kafka is measured as it runs for long.
bench: export JAVA_COMPILER = full
bench-%: export JAVA_COMPILER = full

bench: build ## the benchmarks, on a throw-away stack of their own
	@POSTGRES_STATEMENTS=on $(LOCAL)/with-stack.sh cargo bench -p benches

bench-e2e: build ## orders by HTTP until GraphQL shows them: rate, latencies, memory (BENCH_SECONDS=60)
	@$(LOCAL)/with-stack.sh cargo bench -p benches --bench e2e

bench-hop: ## one request between two participants: latency by part, and what each costs (BENCH_MESSAGES=2000)
	@POSTGRES_STATEMENTS=on $(LOCAL)/with-stack.sh cargo bench -p benches --bench hop

bench-reservations: ## reservations of one hot SKU in one process and in three, against a row lock
	@$(LOCAL)/with-stack.sh cargo bench -p benches --bench reservations

bench-saga: build ## whole orders driven by sagas: a drill with kills, sagas a second beside DBOS and Temporal, latency (BENCH_CASES, BENCH_ORDERS, BENCH_ORDERS_PER_S, BENCH_PEERS=ours)
	@TOPIC_PARTITIONS=$${TOPIC_PARTITIONS:-4} POSTGRES_STATEMENTS=on $(LOCAL)/with-stack.sh cargo bench -p benches --bench saga

bench-year: build ## a real year of orders placed live on a clock 30,000 times as fast (ORDERS_DATA, BENCH_PACE, BENCH_ORDERS)
	@$(LOCAL)/with-stack.sh cargo bench -p benches --bench year

bench-idle: ## what an engine without traffic costs, and 5,000 subscriptions to it (BENCH_SECONDS=60)
	@$(LOCAL)/with-stack.sh cargo bench -p benches --bench idle

bench-import: build ## a file of orders until GraphQL shows the last: rate, memory, disk (ORDERS_DATA)
	@$(LOCAL)/with-stack.sh cargo bench -p benches --bench import

bench-reads: build ## GraphQL reads of a year of orders beside PostGraphile and plain SQL (ORDERS_DATA, BENCH_PEERS=ours)
	@$(LOCAL)/with-stack.sh cargo bench -p benches --bench reads

bench-compare: ## this checkout beside another, in alternating pairs (BASE=commit or folder, BENCHES='append http')
	@$(LOCAL)/compare.sh '$(BASE)' $(BENCHES)

conformance: build ## suites, judges and clients of others against a running engine (SUITES='h2spec tokens')
	@POSTGRES_FSYNC=off $(LOCAL)/with-stack.sh tests/conformance/run.sh $(SUITES)

crashes: ## kill -9 of every part in the middle of an import, of reservations, and of orders that are paid, cooked, carried and told of (CRASH_FILE, CRASH_DRILLS)
	CRASH_FULL=1 CRASH_RESERVATIONS=$${CRASH_RESERVATIONS:-10000} cargo test -p journeys --test crashes

bench-scale: ## a store that grows to 20 million events: what each operation costs, and sizes (SCALE_EVENTS)
	@$(LOCAL)/with-stack.sh cargo bench -p benches --bench scale

schemas: ## write the generated files in schemas/ anew
	cargo run -p xtask -- generate

fmt: ## format the code
	cargo fmt

lint: ## the lints alone
	cargo clippy --workspace --all-targets -- -D warnings
