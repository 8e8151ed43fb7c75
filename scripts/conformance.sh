#!/usr/bin/env bash
# Compares generated queries with Apache Spark 4.3 (N, SEED), statements with a folder of Spark's golden files (GOLDEN), or the query sets
# TPC-DS, TPC-H and SSB (QUERIES, the archive of Spark's SQL tests; SCALE, FORM, ONLY) over tables that are made once.
# ANSWERS compares with a folder of Spark's answers that was recorded before; SEEDS (`501-520`, EACH queries a seed) records it first.
# Golden files and recorded answers need no Spark; for the others `make oracle` installs it.
set -euo pipefail
cd "$(dirname "$0")/.."

binary="${CARGO_TARGET_DIR:-target}/debug/examples/answer_queries"
differences="${DIFFERENCES:-${CARGO_TARGET_DIR:-target}/conformance.txt}"
if [ -n "${GOLDEN:-}" ]; then
  exec python3 client/conformance/run.py --binary "$binary" --golden "$GOLDEN" ${DATA:+--data "$DATA"} --differences "$differences"
fi
if [ -n "${ANSWERS:-}" ] && [ -z "${SEEDS:-}" ]; then
  exec python3 client/conformance/run.py --binary "$binary" --answers "$ANSWERS" --differences "$differences"
fi
python="${XDG_CACHE_HOME:-$HOME/.cache}/lakesmith/oracle-spark-4.3.0/bin/python"
[ -x "$python" ] || { printf 'conformance: Apache Spark is not installed; run `make oracle` once\n' >&2; exit 1; }
if [ -n "${ANSWERS:-}" ]; then
  "$python" client/conformance/recording.py "$ANSWERS" --seeds "$SEEDS" --each "${EACH:-2000}"
  exec python3 client/conformance/run.py --binary "$binary" --answers "$ANSWERS" --differences "$differences"
fi
if [ -n "${QUERIES:-}" ]; then
  data="${CARGO_TARGET_DIR:-target}/benchmarks-${SCALE:-1}"
  if [ ! -e "$data/made" ]; then
    "$python" client/conformance/benchmarks/tables.py --queries "$QUERIES" --out "$data" --scale "${SCALE:-1}"
    touch "$data/made"
  fi
  exec "$python" client/conformance/benchmarks/compare.py --queries "$QUERIES" --data "$data" --answers "$data/answers.json" \
    --binary "$binary" --form "${FORM:-delta}" ${ONLY:+--only "$ONLY"} --times "$data/times.txt"
fi
exec "$python" client/conformance/run.py --binary "$binary" --generate "${N:-1000}" --seed "${SEED:-1}" --differences "$differences"
