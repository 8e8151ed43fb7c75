# Two commands do everything a newcomer needs: `make demo` and `make test`. The others are steps of them.
SHELL := /bin/bash
export PATH := $(if $(CARGO_HOME),$(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

.PHONY: demo test setup build lint unit oracle

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

## Compares the examples with Apache Spark and DuckDB, where these can be had.
oracle: build
	@scripts/oracle.sh
	@scripts/flights.sh
