# Two commands matter: `make serve` shows the product, `make test` proves it. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

LISTEN ?= 127.0.0.1:8080
# SAMPLE=0 leaves the made-up overlay out. The two runs keep apart: each has a database file of its own.
SAMPLE ?= 1
ifeq ($(SAMPLE),0)
DATABASE ?= sqlite:var/planatlas.db
PACKAGES := geodata/shangqiu
else
DATABASE ?= sqlite:var/planatlas-sample.db
PACKAGES := geodata/shangqiu geodata/sample
endif

NPM_READY := frontend/node_modules/.package-lock.json
CLIENTS_READY := tests/clients/node_modules/.package-lock.json
PAGE := frontend/dist/index.html
PAGE_SOURCES := $(shell find frontend/src frontend/public -type f 2>/dev/null) frontend/index.html frontend/graphiql.html frontend/package.json schema/schema.graphql $(wildcard docs/queries/*.graphql)
# SQLite as its makers advise it for a program that never asks how much memory it holds: without a count and a lock for
# each page and each piece of memory, an import takes a tenth less time. Whoever calls cargo by hand sets the same.
LIBSQLITE3_FLAGS ?= -USQLITE_ENABLE_MEMORY_MANAGEMENT -DSQLITE_DEFAULT_MEMSTATUS=0
export LIBSQLITE3_FLAGS
# Milliseconds that each fuzz target draws for: half a minute for all of them.
FUZZ_MS ?= 3000
say = @printf '\033[1m▸ %s\033[0m\n' "$(1)"

.PHONY: help serve build page test test-all tools check-rust check-page check-data check-clients check-clients-long check-lighthouse check-gis audit \
  schema schema-release bench bench-peers clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(NPM_READY): frontend/package-lock.json
	$(call say,Installing the page's libraries with npm (once))
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

$(PAGE): $(NPM_READY) $(PAGE_SOURCES)
	$(call say,Building the page)
	cd frontend && npm run --silent build
	@touch $@

page: $(PAGE) ## build the page into frontend/dist

build: page ## build target/release/planatlas with the page inside (some minutes the first time)
	$(call say,Building the binary (the first time takes some minutes))
	cargo build --release --locked

serve: build ## import the plan (and the sample overlay, unless SAMPLE=0) and serve http://127.0.0.1:8080
	@mkdir -p var
	$(call say,Importing $(PACKAGES) into $(DATABASE))
	target/release/planatlas import $(PACKAGES) --database "$(DATABASE)"
	$(call say,Serving http://$(LISTEN))
	exec target/release/planatlas serve --listen "$(LISTEN)" --database "$(DATABASE)"

tools:
	@tests/tools.sh

test: tools page check-data check-rust check-page check-clients ## everything once: format, lints, unit, black-box, browser, data

check-rust: page
	$(call say,Format)
	cargo fmt --check
	$(call say,Lints)
	cargo clippy --locked --all-targets -- -D warnings
	$(call say,Unit and black-box tests)
	BOLERO_RANDOM_TEST_TIME_MS=$(FUZZ_MS) BOLERO_RANDOM_ITERATIONS=1000000000 cargo test --locked --no-fail-fast

check-page: page
	$(call say,Page: types and style)
	cd frontend && npm run --silent check
	$(call say,Page: a real browser against the real binary)
	cargo build --locked
	cd frontend && PLANATLAS_BIN="$(CURDIR)/target/debug/planatlas" npm test --silent

$(CLIENTS_READY): tests/clients/package-lock.json
	$(call say,Installing other people's GraphQL clients with npm (once))
	cd tests/clients && npm ci --no-audit --no-fund
	@touch $@

check-clients: $(CLIENTS_READY)
	$(call say,GraphQL clients and the audit of GraphQL over HTTP)
	cargo build --locked
	cd tests/clients && PLANATLAS_BIN="$(CURDIR)/target/debug/planatlas" npm test --silent

check-clients-long: check-clients
	$(call say,GraphQL clients and scanners from PyPI)
	PLANATLAS_BIN="$(CURDIR)/target/debug/planatlas" tests/clients/python.sh

check-gis:
	$(call say,Maps: the OGC conformance tests and GDAL and QGIS)
	cargo build --locked
	PLANATLAS_BIN="$(CURDIR)/target/debug/planatlas" tests/gis/check.sh

check-data: $(NPM_READY)
	$(call say,Data packages)
	node geodata/sample/generate.mjs --check
	node geodata/sync-schemas.mjs --check
	tests/frictionless.sh geodata/shangqiu geodata/sample tests/fixtures/riverton

LIGHTHOUSE := target/lighthouse/node_modules/lighthouse/package.json

# As large as everything else the page is built with, so it is installed only for the long form.
$(LIGHTHOUSE):
	$(call say,Installing Lighthouse with npm (once))
	npm install --no-save --no-audit --no-fund --prefix target/lighthouse lighthouse@12.8.2

check-lighthouse: page $(LIGHTHOUSE)
	$(call say,Lighthouse over every view: accessibility and best practices and SEO)
	cargo build --locked
	PLANATLAS_BIN="$(CURDIR)/target/debug/planatlas" node frontend/tests/lighthouse.mjs

ANALYSTS := target/analysts/bin/python

$(ANALYSTS): tests/analysts.txt
	$(call say,Installing pandas with pip (once))
	python3 -m venv target/analysts
	target/analysts/bin/pip install --quiet --disable-pip-version-check -r tests/analysts.txt

test-all: export PLANATLAS_TEST_LONG := 1
test-all: FUZZ_MS := 60000
test-all: export PLANATLAS_TEST_PYTHON := $(CURDIR)/$(ANALYSTS)
test-all: $(ANALYSTS) test check-clients-long check-lighthouse check-gis audit ## the long form: more kill rounds and property cases, all screenshots, audits

audit: ## known faults and licences of what we depend on
	$(call say,Audit of the dependencies)
	cargo deny --version >/dev/null 2>&1 || cargo install --locked cargo-deny
	cargo deny check bans licenses sources
	cargo deny fetch 2>/dev/null && cargo deny check advisories || { echo "The advisory database could not be fetched: known faults of crates were NOT checked." >&2; exit 1; }
	cd frontend && npm audit

schema: ## write schema/schema.graphql anew
	cargo run --locked --quiet -- schema > schema/schema.graphql.new
	mv schema/schema.graphql.new schema/schema.graphql

schema-release: ## publish the schema: what breaks it from now on fails the tests
	cp schema/schema.graphql schema/released.graphql
	head -n 1 schema/breaking.csv > schema/breaking.csv.new && mv schema/breaking.csv.new schema/breaking.csv

# Speed is measured by whoever wants to know, never by a test: it depends on what else the machine does.
bench: ## time the hot paths over a made-up city (docs/benchmarks.md); BENCH=NAME for one of them
	$(call say,Hot paths)
	cargo bench --locked --bench product -- $(BENCH)

PEERS := benches/peers
PEERS_READY := $(PEERS)/node_modules/.package-lock.json
SCALE ?= city
SEED ?= 1

$(PEERS_READY): $(PEERS)/package-lock.json
	$(call say,Installing PostGraphile with npm (once))
	cd $(PEERS) && npm ci --no-audit --no-fund
	@touch $@

bench-peers: $(PEERS_READY) ## CPU per question against PostGraphile on the same data (docs/benchmarks.md); SCALE, SEED, PEERS_ARGS
	@tests/tools.sh
	$(call say,Building what is measured)
	cargo build --release --locked
	cargo build --release --locked --manifest-path $(PEERS)/fixed/Cargo.toml --target-dir target/peers
	node $(PEERS)/run.mjs --scale $(SCALE) --seed $(SEED) $(PEERS_ARGS)

clean: ## remove what was built and the databases of `make serve`
	rm -rf target frontend/dist frontend/node_modules tests/clients/node_modules $(PEERS)/node_modules var
