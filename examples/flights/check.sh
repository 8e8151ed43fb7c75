#!/usr/bin/env bash
# What CI runs: gets the data and DuckDB when they are missing, then check.py with the given binary and options.
#   check.sh target/debug/lakesmith [--files N]
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
lakesmith="${1:?the lakesmith binary}"
shift

duckdb_version=2.0.1
venv="${LAKESMITH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lakesmith}/duckdb-$duckdb_version"
if ! "$venv/bin/python" -c "import duckdb" 2>/dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --retries 5 "duckdb==$duckdb_version"
fi
"$here/fetch.sh"
exec "$venv/bin/python" "$here/check.py" --lakesmith "$lakesmith" "$@"
