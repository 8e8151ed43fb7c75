#!/usr/bin/env bash
# Builds the binary and runs the retail example on made-up data twice, the second time with one new file.
#
# Everything happens in the folder `demo/`, which is made anew each time; the tables stay there to look at.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || say() { printf '\n%s\n' "$*"; }
# Shows a command and runs it.
run() {
  printf '$ %s\n' "$(printf '%q ' "$@" | sed 's/\\//g; s/ $//')"
  "$@" 2>&1
}

say 'Building lakesmith'
cargo build --locked -p lakesmith
target=${CARGO_TARGET_DIR:-target}
PATH="$(cd "$target/debug" && pwd):$PATH"
started=$(date +%s)

rm -rf demo
mkdir -p demo
cp -R examples/retail_sql demo/retail
rm -rf demo/retail/data
cd demo/retail

say 'Ten thousand orders, two of a hundred of them bad; the last file has not arrived yet'
run lakesmith sample-data retail --orders 10000 --customer-events 1000 --files 3 --bad-rate 0.02 --malformed-rate 0.001 --out data
mv data/orders/stream/orders_stream_003.json late.json

say 'The first update: bronze, silver with expectations, gold'
run lakesmith run

say 'One new file arrives: only its rows are read'
run mv late.json data/orders/stream/orders_stream_003.json
run lakesmith plan
run lakesmith run

say 'The gold tables'
run lakesmith show daily_sales -n 5
run lakesmith show fact_sales -n 5

say 'How many rows kept to the expectations, from the event log'
query="SELECT name, sum(passed_records) AS passed, sum(failed_records) AS failed
FROM event_log(TABLE(silver_orders)) GROUP BY name ORDER BY name"
printf '$ lakesmith sql "%s"\n' "$query"
lakesmith sql "$query"

say 'What was done, and where the tables lie'
run lakesmith history
run lakesmith tables

say "Done in $(($(date +%s) - started)) s after the build. The project is in demo/retail; every table is an open Delta table:"
printf '  duckdb -c "FROM delta_scan('\''demo/retail/warehouse/retailhub/lakeflow/daily_sales'\'') ORDER BY date LIMIT 10"\n'
