#!/usr/bin/env bash
# Compares generated queries with Apache Spark 4.3 (N, SEED), or statements with a folder of Spark's golden files (GOLDEN).
# Golden files hold Spark's answers and need no Spark; for generated queries `make oracle` installs it.
set -euo pipefail
cd "$(dirname "$0")/.."

binary="${CARGO_TARGET_DIR:-target}/debug/examples/answer_queries"
differences="${DIFFERENCES:-${CARGO_TARGET_DIR:-target}/conformance.txt}"
if [ -n "${GOLDEN:-}" ]; then
  exec python3 client/conformance/run.py --binary "$binary" --golden "$GOLDEN" ${DATA:+--data "$DATA"} --differences "$differences"
fi
python="${XDG_CACHE_HOME:-$HOME/.cache}/lakesmith/oracle-spark-4.3.0/bin/python"
[ -x "$python" ] || { printf 'conformance: Apache Spark is not installed; run `make oracle` once\n' >&2; exit 1; }
exec "$python" client/conformance/run.py --binary "$binary" --generate "${N:-1000}" --seed "${SEED:-1}" --differences "$differences"
