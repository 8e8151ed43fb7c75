# Two commands do everything a newcomer needs: `make demo` and `make test`. The others are steps of them.
SHELL := /bin/bash
export PATH := $(if $(CARGO_HOME),$(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

.PHONY: demo test setup build lint unit oracle conformance site package

## Sets everything up and runs the retail example on made-up data twice, the second time with one new file.
demo: setup
	@scripts/demo.sh

## Sets everything up and passes all tests.
test: setup lint unit

setup:
	@scripts/setup.sh

build: setup
	cargo build --locked -p lakesmith

lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

unit:
	cargo test --locked --workspace

## Compares N generated queries (1000) of a SEED (1) with Apache Spark, with GOLDEN=folder Spark's golden files,
## or with QUERIES=archive the query sets TPC-DS, TPC-H and SSB.
conformance: setup
	cargo build --locked -p lakesmith-session --example answer_queries
	@scripts/conformance.sh

## Builds the documentation as a site that needs no network: target/site/html/index.html.
site: build
	@scripts/site.sh

## Packs a release into dist/: an archive and a wheel, each with its checksum.
package: setup
	@scripts/package.sh

## Compares the examples with Apache Spark and DuckDB, where these can be had.
oracle: build
	@scripts/flights.sh
	@scripts/oracle.sh
