#!/usr/bin/env bash
# Compares the tables of the examples retail_sql and datasets, and of the pipelines in client/oracle/pipelines, with what Apache Spark 4.3 makes of
# the same pipelines and files.
#
# Spark is installed from PyPI into a folder outside the checkout; it needs Java 17 or newer. Where either cannot be had, the
# comparison is skipped and says so; with LAKESMITH_ORACLE=required that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'oracle: %s\n' "$*" >&2; }
skip() {
  say "SKIPPED: $*"
  [ "${LAKESMITH_ORACLE:-}" != required ] || exit 1
  exit 0
}

home="${XDG_CACHE_HOME:-$HOME/.cache}/lakesmith/oracle-spark-4.3.0"
python="$home/bin/python"
if ! command -v java >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  say 'installing Java'
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null || true
fi
command -v java >/dev/null 2>&1 || skip 'there is no Java here'
if ! "$python" -c 'import pyspark' >/dev/null 2>&1; then
  say "installing Apache Spark 4.3 into $home"
  if ! python3 -m venv "$home" >/dev/null 2>&1; then
    [ "$(id -u)" != 0 ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null 2>&1 || true
    rm -rf "$home"
    python3 -m venv "$home" >/dev/null 2>&1 || skip 'Python cannot make a virtual environment here'
  fi
  "$python" -m pip install --quiet --disable-pip-version-check 'pyspark==4.3.0' || skip 'Apache Spark cannot be downloaded'
fi
"$python" -c 'from pyspark.sql import SparkSession
SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate().range(1).count()' \
  >/dev/null 2>&1 || skip 'Apache Spark does not start here'

# npm is there: flights.sh has installed it
examples/datasets/fetch.sh >/dev/null || skip 'the files of examples/datasets cannot be downloaded'

binary="${CARGO_TARGET_DIR:-target}/debug/lakesmith"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
status=0
"$python" client/oracle/pipelines.py --lakesmith "$binary" --ignore load_ts,source_file_path,source_file \
  examples/retail_sql examples/datasets client/oracle/pipelines/*/ >"$log" 2>&1 || status=$?
grep -E 'the same|differ|instead|Error|error|missing' "$log" || true
[ "$status" = 0 ] || { tail -n 20 "$log" >&2; say 'FAILED'; }
exit "$status"
