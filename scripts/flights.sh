#!/usr/bin/env bash
# Compares the gold tables of the flights example with DuckDB's answers over the same files, row by row.
#
# The flights come from npm and DuckDB from PyPI. Where either cannot be had, the comparison is skipped and says so; with
# LAKESMITH_ORACLE=required that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  printf 'flights: SKIPPED: %s\n' "$*" >&2
  [ "${LAKESMITH_ORACLE:-}" != required ] || exit 1
  exit 0
}

if ! command -v npm >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null 2>&1 || true
fi
examples/flights/fetch.sh || skip 'the flights cannot be downloaded'
python3 -c 'import venv, ensurepip' 2>/dev/null || skip 'Python cannot make a virtual environment here'
status=0
examples/flights/check.sh "$(cd "${CARGO_TARGET_DIR:-target}/debug" && pwd)/lakesmith" || status=$?
[ "$status" != 75 ] || skip 'DuckDB cannot be downloaded'
exit "$status"
