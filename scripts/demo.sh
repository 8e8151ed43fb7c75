#!/usr/bin/env bash
# Builds the binary, checks the retail example and shows its dataflow graph.
set -euo pipefail
cd "$(dirname "$0")/.."
printf 'demo: building lakesmith\n' >&2
cargo build --locked -p lakesmith
binary="${CARGO_TARGET_DIR:-target}/debug/lakesmith"
printf '\n$ lakesmith dry-run examples/retail_sql\n'
"$binary" dry-run examples/retail_sql
printf '\n$ lakesmith graph examples/retail_sql\n'
"$binary" graph examples/retail_sql
