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
  # 75: what is compared with cannot be had here
  python3 -m venv "$venv" || exit 75
  "$venv/bin/pip" install --quiet --retries 5 "duckdb==$duckdb_version" || exit 75
fi
"$here/fetch.sh"
exec "$venv/bin/python" "$here/check.py" --lakesmith "$lakesmith" "$@"
